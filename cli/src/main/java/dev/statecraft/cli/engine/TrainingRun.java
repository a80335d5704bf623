package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.TrainRecipe;
import dev.statecraft.cli.recipe.Tunings;
import dev.statecraft.cli.run.Evaluation;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.StepMetrics;
import dev.statecraft.cli.run.TrainListener;
import dev.statecraft.cli.run.TrainOutcome;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.adapter.AdapterDescription;
import dev.statecraft.models.adapter.AdapterFolder;
import dev.statecraft.models.hub.HubId;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.task.ExampleSet;
import dev.statecraft.models.train.NumericFaultException;
import dev.statecraft.models.train.Trainer;
import dev.statecraft.models.train.TrainingListener;
import dev.statecraft.models.train.TrainingOptions;
import dev.statecraft.tensor.OutOfMemoryException;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** One training run: from recipe and model to the saved adapter. */
record TrainingRun(
    Recipe recipe,
    RunDirectory directory,
    TrainListener listener,
    PretrainedModel model,
    Inputs inputs,
    Torch torch) {
  /** Names listed in a note. */
  private static final int SHOWN = 8;

  TrainOutcome run() throws IOException {
    Torch.environmentWarnings().forEach(listener::note);
    Preparation prepared = Preparation.ofTraining(recipe, model, inputs, listener::note);
    directory.writeRecipe(prepared.recipe());
    Graph graph =
        Tunings.of(recipe.method(), Models.defaults(prepared.family()))
            .apply(prepared.family().graph());
    noteUnused(graph);
    ExampleSet training = prepared.training().orElseThrow();
    TrainRecipe train = recipe.train();
    long perEpoch = Trainer.stepsOfEpoch(training.size(), train.batchSize());
    long total = train.totalSteps(perEpoch);
    MemoryPlan memoryPlan = MemoryPlan.of(recipe, graph, training, torch, listener::note);
    try (Weights weights =
            Weights.load(
                torch,
                graph,
                train.dtype(),
                recipe.quantize(),
                model.weights(graph),
                train.seed());
        Interrupts interrupts = Interrupts.watch()) {
      memoryPlan.budget().ifPresent(torch::limit);
      listener.started(
          graph.trainableParameters().stream().mapToLong(Parameter::elements).sum(), total);
      Trainer trainer =
          new Trainer(
              graph,
              weights,
              training,
              prepared.validation(),
              new TrainingOptions(
                  train.schedule(total),
                  train.optimizer(),
                  train.batchSize(),
                  memoryPlan.microBatch(),
                  train.maxGradNorm(),
                  train.seed(),
                  train.evalEvery().map(Integer::longValue).orElse(perEpoch),
                  memoryPlan.store(),
                  recipe.memory().states()),
              interrupts::requested);
      try {
        trainer.run(new Forwarding());
      } catch (NumericFaultException | OutOfMemoryException | CancellationException e) {
        // In each case the parameters are those of the last good step.
        save(prepared, weights);
        throw e;
      }
      save(prepared, weights);
      return new TrainOutcome(
          trainer.seconds(),
          memoryPlan.store().describe(),
          trainer.memory().orElseThrow(),
          trainer.predicted());
    }
  }

  private void noteUnused(Graph graph) {
    List<String> unused = model.report(graph).unexpected();
    if (!unused.isEmpty()) {
      String shown = String.join(", ", unused.subList(0, Math.min(SHOWN, unused.size())));
      listener.note(
          "the checkpoint has "
              + unused.size()
              + " tensors that this model does not use: "
              + shown
              + (unused.size() > SHOWN ? ", ..." : ""));
    }
  }

  private void save(Preparation prepared, Weights weights) throws IOException {
    AdapterDescription description =
        AdapterDescription.of(
            recipe.method().name().label(),
            HubId.model(recipe.model()).map(HubId::name).orElse(recipe.model()),
            Tunings.parts(recipe.method(), Models.defaults(prepared.family())));
    AdapterFolder.save(directory.adapter(), description, prepared.family(), weights);
    listener.note("adapter saved in " + directory.adapter());
  }

  /** Tells the command what the trainer tells. */
  private final class Forwarding implements TrainingListener {
    @Override
    public void step(Step step) {
      listener.step(
          new StepMetrics(
              step.step(),
              step.epoch(),
              step.loss(),
              step.learningRate(),
              step.gradientNorm(),
              step.tokens(),
              step.tokens() / step.seconds(),
              step.peakBytes()));
    }

    @Override
    public void note(String line) {
      listener.note(line);
    }

    @Override
    public void evaluated(long step, double epoch, Map<String, Double> metrics) {
      listener.evaluated(
          new Evaluation(step, epoch, ModelEngine.chosen(recipe.task().metrics(), metrics)));
    }
  }
}
