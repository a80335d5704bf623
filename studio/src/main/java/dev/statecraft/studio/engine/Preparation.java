package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.data.DataAccount;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.task.ExampleSet;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A recipe's model and data made ready for its task.
 *
 * @param family the model with the task's head
 * @param training what is learned from; empty if only an evaluation is prepared
 * @param validation what is evaluated on, if anything
 * @param recipe with the labels that the data turned out to have
 * @param keepsHead whether the checkpoint's head, if it has one, is that of the task
 * @param accounts what was read, by part of the data
 */
record Preparation(
    TaskModel family,
    Optional<ExampleSet> training,
    Optional<ExampleSet> validation,
    Recipe recipe,
    boolean keepsHead,
    Map<String, DataAccount> accounts) {

  /** What is prepared. */
  enum Purpose {
    /** Training from the model's own head, or a new one. */
    TRAINING,
    /** Going on with a run whose head is that of its recipe. */
    RESUMING,
    /** An evaluation with the model's own head, or a new one. */
    EVALUATION,
    /** An evaluation with a tuned head, which is that of the recipe. */
    TUNED_EVALUATION;

    boolean trains() {
      return this == TRAINING || this == RESUMING;
    }

    /** What is made of the data to learn from, if that is read. */
    <T> Optional<T> training(Supplier<T> made) {
      return trains() ? Optional.of(made.get()) : Optional.empty();
    }

    /** Whether the order of labels in a recipe is that of a head which was trained so. */
    boolean hasHead() {
      return this == RESUMING || this == TUNED_EVALUATION;
    }
  }

  /** Reads the recipe's data. */
  static Preparation of(
      Recipe recipe,
      PretrainedModel model,
      Inputs inputs,
      Consumer<String> notes,
      Purpose purpose) {
    return RecipeTask.of(recipe)
        .prepare(purpose, model, inputs, new DataNotes(recipe.data(), notes));
  }

  /** The weights for the family's graph, tuned or not. */
  WeightSource weights(PretrainedModel model, Graph graph) {
    return model.weights(graph, keepsHead);
  }
}
