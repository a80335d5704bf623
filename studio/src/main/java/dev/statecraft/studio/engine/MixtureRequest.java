package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.recipe.Recipe;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Asks for more steps of one set of control edges on the data of several tasks.
 *
 * <p>Each task brings its data, its batch size, its micro-batches, its store policy and whether the
 * model's dropout is on. What all share is that of the first task's recipe: types, device, threads,
 * learning rates and their schedule, the optimizer's constants and the seed. A warmup that is
 * longer than the steps is as long as they are.
 *
 * @param tasks one or more, of one model
 * @param steps optimizer steps; each has a batch of every task
 * @param learningRate the highest; empty for that of the first recipe. The heads' keeps its ratio
 * @param seed of the order of examples and of dropout; empty for that of the first recipe. Data is
 *     split by that of each task's own
 */
public record MixtureRequest(
    List<MixtureTask> tasks, int steps, Optional<Double> learningRate, OptionalLong seed) {
  /**
   * Copies and checks.
   *
   * @throws UsageException if there are no steps, or two tasks have one name or one folder
   * @throws IllegalArgumentException if there are no tasks
   */
  public MixtureRequest {
    tasks = List.copyOf(tasks);
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("tasks of a mixture: expected one or more, found none");
    }
    if (steps < 1) {
      throw new UsageException("steps of a mixture: expected 1 or more, found " + steps);
    }
    Set<String> names = new HashSet<>();
    Set<Path> folders = new HashSet<>();
    for (MixtureTask task : tasks) {
      if (task.name().isBlank() || !names.add(task.name())) {
        throw new UsageException(
            "tasks of a mixture: expected names of their own, found '" + task.name() + "' again");
      }
      if (!folders.add(task.adapter().toAbsolutePath().normalize())) {
        throw new UsageException(
            "tasks of a mixture: expected adapters in folders of their own, found "
                + task.adapter()
                + " again");
      }
    }
  }

  /** The recipe whose settings all tasks share. */
  Recipe first() {
    return tasks.get(0).recipe();
  }

  /** The same by other recipes. */
  MixtureRequest with(UnaryOperator<Recipe> change) {
    return new MixtureRequest(
        tasks.stream().map(task -> task.withRecipe(change.apply(task.recipe()))).toList(),
        steps,
        learningRate,
        seed);
  }

  /**
   * Checks that there is one base to hold.
   *
   * @throws UsageException if the tasks are of several models
   */
  void requireOneModel() {
    for (MixtureTask task : tasks) {
      if (!task.recipe().model().equals(first().model())) {
        throw new UsageException(
            "tasks of a mixture: expected one model, found "
                + first().model()
                + " ("
                + tasks.get(0).name()
                + ") and "
                + task.recipe().model()
                + " ("
                + task.name()
                + ")");
      }
    }
  }
}
