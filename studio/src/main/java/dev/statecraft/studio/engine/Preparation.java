package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.data.DataAccount;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.training.task.ExampleSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

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
    DataNotes told = new DataNotes(recipe.data(), notes);
    return recipe.task() instanceof TaskRecipe.ImageClassification task
        ? ImagePreparation.of(recipe, task, model, inputs, told).prepare(purpose)
        : Preparer.of(recipe, model, inputs, told).prepare(purpose);
  }

  /** The weights for the family's graph, tuned or not. */
  WeightSource weights(PretrainedModel model, Graph graph) {
    return model.weights(graph, keepsHead);
  }

  /** The model with the head that a recipe with known labels gives it. */
  static TaskModel family(Recipe recipe, PretrainedModel model) {
    if (recipe.task() instanceof TaskRecipe.Classification task) {
      List<String> labels =
          task.labels()
              .orElseThrow(() -> new RecipeException("task.labels: expected the run's labels"));
      return model.encoder(labels.size(), false, task.pooling().map(Preparation::pooling));
    }
    if (recipe.task() instanceof TaskRecipe.ImageClassification task) {
      return ImagePreparation.family(task, model);
    }
    if (recipe.task() instanceof TaskRecipe.Regression task) {
      return model.encoder(1, true, task.pooling().map(Preparation::pooling));
    }
    return model.causalLm();
  }

  private static Pooling pooling(TaskRecipe.Pooling pooling) {
    return pooling == TaskRecipe.Pooling.CLS ? Pooling.FIRST : Pooling.MEAN;
  }
}
