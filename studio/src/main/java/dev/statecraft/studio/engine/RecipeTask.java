package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.training.task.Task;
import java.util.List;
import java.util.Optional;

/**
 * A recipe's task as the engine does it: how its data is read, and what answers once it is done.
 */
interface RecipeTask {
  /** The task of a recipe; the one place that asks which it is. */
  static RecipeTask of(Recipe recipe) {
    if (recipe.task() instanceof TaskRecipe.Classification task) {
      return new TextClassRecipe(recipe, task);
    }
    if (recipe.task() instanceof TaskRecipe.ImageClassification) {
      return new ImageClassRecipe(recipe);
    }
    if (recipe.task() instanceof TaskRecipe.Regression task) {
      return new TextNumberRecipe(recipe, task);
    }
    return new CausalRecipe(recipe);
  }

  Recipe recipe();

  /**
   * What training knows of it.
   *
   * @throws RecipeException if it has classes that are not known yet
   */
  Task task();

  /** The model with the task's head. */
  default TaskModel model(PretrainedModel model) {
    return task().model(model);
  }

  /** Reads the recipe's data. */
  Preparation prepare(
      Preparation.Purpose purpose, PretrainedModel model, Inputs inputs, DataNotes notes);

  /** The form in which prompts were written; empty if there were several, or none. */
  default Optional<PromptForm> promptForm() {
    return Optional.empty();
  }

  /**
   * A model that has learned it, giving classes.
   *
   * @throws UsageException if it gives none
   */
  default Answering classifier(PretrainedModel model, Graph graph, Weights weights) {
    throw new UsageException(
        "expected a recipe of the task classification or image-classification, found "
            + recipe().task().type());
  }

  /** The labels of a task whose data was read. */
  static List<String> labels(TaskRecipe task) {
    return task.labels()
        .orElseThrow(() -> new RecipeException("task.labels: expected the run's labels"));
  }

  /** How a recipe's word says that a head sees a sequence. */
  static Pooling pooling(TaskRecipe.Pooling pooling) {
    return switch (pooling) {
      case CLS -> Pooling.FIRST;
      case MEAN -> Pooling.MEAN;
    };
  }
}
