package dev.statecraft.studio.engine;

import dev.statecraft.studio.recipe.Recipe;
import java.nio.file.Path;

/**
 * One of the tasks that a model goes on learning together.
 *
 * @param name by which its head is told from those of the others; mostly that of its run
 * @param recipe of the run that trained its head: model, data and task, with the head's labels
 * @param adapter folder of the edges that all tasks have and the task's head; saved again in place
 */
public record MixtureTask(String name, Recipe recipe, Path adapter) {
  /** The same by another recipe. */
  MixtureTask withRecipe(Recipe other) {
    return new MixtureTask(name, other, adapter);
  }
}
