package dev.statecraft.studio.engine;

import dev.statecraft.studio.combine.NamedRun;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A task of runs that are combined: runs of one recipe's task and data are of one.
 *
 * @param name that of its first run
 * @param runs their indices
 * @param recipe of the first
 * @param hasHead whether there is a head that is the task's own
 * @param metadata of its adapter, which tells of the head
 */
record CombinedTask(
    String name, List<Integer> runs, Recipe recipe, boolean hasHead, Map<String, String> metadata) {
  CombinedTask {
    runs = List.copyOf(runs);
    metadata = Map.copyOf(metadata);
  }

  private CombinedTask with(int run) {
    List<Integer> more = new ArrayList<>(runs);
    more.add(run);
    return new CombinedTask(name, more, recipe, hasHead, metadata);
  }

  /** The tasks of runs, in their order. */
  static List<CombinedTask> of(List<NamedRun> runs, List<OpenAdapter> open, List<Recipe> recipes) {
    List<CombinedTask> tasks = new ArrayList<>();
    for (int run = 0; run < runs.size(); run++) {
      boolean found = false;
      for (int i = 0; i < tasks.size() && !found; i++) {
        CombinedTask task = tasks.get(i);
        if (isSame(task.recipe(), recipes.get(run))) {
          tasks.set(i, task.with(run));
          found = true;
        }
      }
      if (!found) {
        tasks.add(
            new CombinedTask(
                runs.get(run).name(),
                List.of(run),
                recipes.get(run),
                open.get(run).adapter().headOutputs().isPresent(),
                open.get(run).adapter().description().metadata()));
      }
    }
    return tasks;
  }

  /** The same with the head of one of its runs alone. */
  CombinedTask only(int run) {
    return new CombinedTask(name, List.of(run), recipe, hasHead, metadata);
  }

  /** Whether another one is of some of its runs. */
  boolean isOf(CombinedTask other) {
    return other.name().equals(name);
  }

  private static boolean isSame(Recipe one, Recipe other) {
    return one.task().equals(other.task()) && one.data().equals(other.data());
  }

  /** The folder of its run directory among those of several tasks. */
  Path in(Path folder) {
    return folder.resolve(RunDirectory.TASKS).resolve(name);
  }
}
