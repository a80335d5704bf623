package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.run.Evaluation;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.TrainListener;
import dev.statecraft.cli.run.TrainOutcome;
import java.util.List;
import java.util.function.Consumer;

/** The engine over the model families and the trainer. */
public final class ModelEngine implements Engine {
  @Override
  public InspectedModel inspect(String model) {
    throw new UnsupportedOperationException("inspect");
  }

  @Override
  public TrainOutcome train(Recipe recipe, RunDirectory run, TrainListener listener) {
    throw new UnsupportedOperationException("train");
  }

  @Override
  public Evaluation evaluate(Recipe recipe, TunedModel model, Consumer<String> notes) {
    throw new UnsupportedOperationException("evaluate");
  }

  @Override
  public Generation generate(GenerateRequest request, Consumer<String> text) {
    throw new UnsupportedOperationException("generate");
  }

  @Override
  public List<Classification> classify(Recipe recipe, TunedModel model, List<TextInput> texts) {
    throw new UnsupportedOperationException("classify");
  }
}
