package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.adapters.StagedAdapter;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.TaskValues;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.ModelDropoutUse;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.Evaluator;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A task of a mixture whose data is read and whose adapter is open.
 *
 * @param given what was asked for
 * @param prepared its data
 * @param tuned its graph as its adapter says, and where the weights come from
 * @param own the same with what the recipe drops of the model
 * @param description of the adapter
 */
record MixedTask(
    MixtureTask given, Preparation prepared, Tuned tuned, Graph own, AdapterDescription description)
    implements AutoCloseable {
  /** Reads a task. */
  static MixedTask open(
      MixtureTask given, PretrainedModel model, Inputs inputs, Consumer<String> notes)
      throws IOException {
    Recipe recipe = given.recipe();
    Preparation prepared =
        Preparation.of(
            recipe,
            model,
            inputs,
            note -> notes.accept(given.name() + ": " + note),
            Preparation.Purpose.RESUMING);
    Tuned tuned =
        Tuned.of(
            model,
            prepared.family(),
            prepared.keepsHead(),
            Optional.of(given.adapter()),
            inputs.functions());
    AdapterDescription description = tuned.adapter().map(Adapter::description).orElseThrow();
    ModelDropout dropout =
        recipe.train().modelDropout() == ModelDropoutUse.CONFIG
            ? prepared.family().dropout()
            : ModelDropout.NONE;
    Graph own =
        description.tuning(prepared.family()).apply(dropout.applyTo(prepared.family().graph()));
    return new MixedTask(given, prepared, tuned, own, description);
  }

  String name() {
    return given.name();
  }

  Recipe recipe() {
    return given.recipe();
  }

  ExampleSet training() {
    return prepared.training().orElseThrow();
  }

  /**
   * The recipe's metrics on the evaluation data; empty if there is none.
   *
   * @param joint the task's graph among those of all
   */
  Map<String, Double> scores(Graph joint, Weights weights) {
    return prepared
        .validation()
        .map(held -> new Evaluator(joint, weights, recipe().train().evaluationBatch()).score(held))
        .map(score -> new Evaluation(0, 0, score.metrics()).choosing(recipe().task().metricNames()))
        .map(Evaluation::metrics)
        .orElse(Map.of());
  }

  /**
   * Writes its adapter beside the one that it came with.
   *
   * @param weights of all tasks
   */
  StagedAdapter staged(Weights weights) throws IOException {
    return AdapterFolder.stage(
        given.adapter(), description, prepared.family(), new TaskValues(weights, name(), own));
  }

  @Override
  public void close() {
    tuned.close();
  }
}
