package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TrainRecipe;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.GradientCheck;
import dev.statecraft.training.GradientError;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What compressed states do to the gradients of a recipe's model on the recipe's data. */
record StateCheck(Recipe recipe, PretrainedModel model, Inputs inputs, Torch torch) {
  Map<StateFormat, GradientError> run(Consumer<String> notes) throws IOException {
    Preparation prepared =
        Preparation.of(recipe, model, inputs, notes, Preparation.Purpose.TRAINING);
    Graph graph =
        recipe
            .method()
            .tuning(Models.defaults(prepared.family(), inputs.functions()))
            .apply(prepared.family().graph());
    ExampleSet training = prepared.training().orElseThrow();
    TrainRecipe train = recipe.train();
    MemoryPlan memory = MemoryPlan.of(recipe, graph, training, torch, notes);
    List<Integer> examples = firstBatch(training, memory.microBatch());
    notes.accept("measured on the first " + examples.size() + " examples");
    try (Weights weights =
        Weights.load(
            torch,
            graph,
            train.dtype(),
            recipe.quantize(),
            prepared.weights(model, graph),
            train.seed())) {
      return new GradientCheck(
              graph,
              weights,
              memory.store(),
              () -> training.batch(torch, train.dtype(), examples),
              training.labels(examples))
          .errors(
              Arrays.stream(StateFormat.values())
                  .filter(format -> format != StateFormat.EXACT)
                  .toList());
    }
  }

  /** As many of a step's examples as are computed at once. */
  private List<Integer> firstBatch(ExampleSet training, BatchLimit microBatch) {
    int[] lengths =
        Arrays.copyOf(training.lengths(), Math.min(training.size(), recipe.train().batchSize()));
    return new BatchSampler(lengths, microBatch, 1, 0).inOrder().get(0).examples();
  }
}
