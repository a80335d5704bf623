package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Metric;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.run.Evaluation;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.TrainListener;
import dev.statecraft.cli.run.TrainOutcome;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.train.Evaluator;
import dev.statecraft.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The engine over the model families and the trainer. */
public final class ModelEngine implements Engine {
  @Override
  public InspectedModel inspect(String model) {
    try (PretrainedModel pretrained = Models.open(model)) {
      ModelFamily family = pretrained.family();
      return new InspectedModel(
          pretrained.config().modelType(), family.graph(), Models.defaults(family));
    }
  }

  @Override
  public TrainOutcome train(Recipe recipe, RunDirectory run, TrainListener listener) {
    try (PretrainedModel model = Models.open(recipe.model());
        Torch torch = Torch.cpu()) {
      return new TrainingRun(recipe, run, listener, model, torch).run();
    }
  }

  @Override
  public Evaluation evaluate(Recipe recipe, TunedModel tuned, Consumer<String> notes) {
    try (PretrainedModel model = Models.open(tuned.model());
        Torch torch = Torch.cpu()) {
      Preparation prepared = Preparation.ofEvaluation(recipe, model, notes);
      Tuned loaded = Tuned.of(model, prepared.family(), tuned.adapter());
      try (Weights weights = loaded.weights(torch, recipe.train().dtype())) {
        Evaluator evaluator = new Evaluator(loaded.graph(), weights, recipe.train().microBatch());
        return new Evaluation(
            0,
            0,
            chosen(
                recipe.task().metrics(),
                evaluator.score(prepared.validation().orElseThrow()).metrics()));
      }
    }
  }

  /** The metrics that a recipe asks for, in its order. */
  static Map<String, Double> chosen(List<Metric> wanted, Map<String, Double> all) {
    Map<String, Double> chosen = new LinkedHashMap<>();
    for (Metric metric : wanted) {
      chosen.put(metric.label(), all.get(metric.label()));
    }
    return chosen;
  }

  @Override
  public Generation generate(GenerateRequest request, Consumer<String> text) {
    throw new UnsupportedOperationException("generate");
  }

  @Override
  public List<Classification> classify(Recipe recipe, TunedModel tuned, List<TextInput> texts) {
    try (PretrainedModel model = Models.open(tuned.model());
        Torch torch = Torch.cpu()) {
      Tuned loaded = Tuned.of(model, Preparation.family(recipe, model), tuned.adapter());
      try (Weights weights = loaded.weights(torch, recipe.train().dtype())) {
        return new TextClassifier(recipe, model, loaded.graph(), weights).classify(texts);
      }
    }
  }
}
