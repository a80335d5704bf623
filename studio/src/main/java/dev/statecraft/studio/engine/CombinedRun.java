package dev.statecraft.studio.engine;

import dev.statecraft.adapters.combine.CombinedAdapter;
import dev.statecraft.base.FileTree;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.combine.TaskScores;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The run directory of a combination while it is made. Every task's adapter, of the combined edges
 * and the task's head, lies in a folder of its own first, where it can be tuned and scored.
 *
 * @param folder to be filled
 * @param tasks all there are
 * @param functions what the program has of its own
 * @param engine that tunes and scores, without a word of its own
 * @param listener is told what is being done
 */
record CombinedRun(
    CombineRequest request,
    Path folder,
    List<CombinedTask> tasks,
    UserFunctions functions,
    Engine engine,
    Consumer<String> listener) {
  private Path scratch(CombinedTask task) {
    return folder.resolve("scratch").resolve(task.name());
  }

  private Path combined(CombinedTask task) {
    return scratch(task).resolve("combined");
  }

  private Path base(CombinedTask task) {
    return scratch(task).resolve("base");
  }

  /** Saves every task's adapter. */
  void save(CombinedAdapter adapter) throws IOException {
    for (CombinedTask task : tasks) {
      adapter.save(combined(task), task.runs(), task.metadata());
      adapter.requireOpens(combined(task), task.runs(), functions);
      if (task.hasHead()) {
        adapter.saveHead(base(task), task.runs(), task.metadata());
      }
    }
  }

  /**
   * Goes on with a mixture of the tasks' data.
   *
   * @throws java.util.concurrent.CancellationException if it was interrupted; what was learned up
   *     to there is saved
   */
  void tune() throws IOException {
    String model = tasks.get(0).recipe().model();
    List<MixtureTask> mixed =
        tasks.stream()
            .map(
                task ->
                    new MixtureTask(task.name(), task.recipe().withModel(model), combined(task)))
            .toList();
    Optional<Double> rate =
        request.learningRate().isPresent()
            ? Optional.of(request.learningRate().getAsDouble())
            : Optional.empty();
    engine.tuneMixture(
        new MixtureRequest(mixed, request.tune(), rate, OptionalLong.of(request.settings().seed())),
        new MixtureLines(request.tune(), listener));
  }

  /**
   * Puts the adapters where they belong.
   *
   * @param kept tasks whose heads are kept, that of the run directory itself first
   */
  void place(List<CombinedTask> kept) throws IOException {
    place(kept.get(0), folder, request.to());
    if (kept.size() > 1) {
      for (CombinedTask task : kept) {
        place(task, task.in(folder), task.in(request.to()));
      }
    }
  }

  private void place(CombinedTask task, Path to, Path known) throws IOException {
    Path adapter = RunDirectory.write(to, task.recipe().withOutput(known)).adapter();
    Files.createDirectories(adapter);
    try (Stream<Path> files = Files.list(combined(task))) {
      for (Path file : files.toList()) {
        Files.copy(file, adapter.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  /**
   * Scores every task with its own adapter, the combined one, and the base.
   *
   * @param own the adapter of a run
   * @param notes gets what one should know of it
   * @param stop asked before each task: whether the process is about to end
   */
  List<TaskScores> scores(List<Path> own, Consumer<String> notes, BooleanSupplier stop)
      throws IOException {
    List<TaskScores> table = new ArrayList<>();
    for (CombinedTask task : tasks) {
      if (stop.getAsBoolean()) {
        notes.accept(task.name() + " is not scored: interrupted");
        continue;
      }
      String metric = task.recipe().task().metricNames().get(0);
      listener.accept("scoring " + task.name());
      try {
        table.add(
            new TaskScores(
                task.name(),
                metric,
                own(task, own, metric),
                score(task.recipe(), Optional.of(combined(task)), line -> {}, metric),
                score(
                    task.recipe(),
                    task.hasHead() ? Optional.of(base(task)) : Optional.empty(),
                    line -> {},
                    metric)));
      } catch (InvalidInputException | RecipeException e) {
        notes.accept(task.name() + " is not scored: " + e.getMessage());
      }
    }
    return table;
  }

  /** The mean over the task's runs; the first one's notes are enough. */
  private double own(CombinedTask task, List<Path> adapters, String metric) throws IOException {
    double sum = 0;
    for (int run : task.runs()) {
      Consumer<String> told = run == task.runs().get(0) ? listener : line -> {};
      sum += score(task.recipe(), Optional.of(adapters.get(run)), told, metric);
    }
    return sum / task.runs().size();
  }

  private double score(Recipe recipe, Optional<Path> adapter, Consumer<String> told, String metric)
      throws IOException {
    Map<String, Double> metrics =
        engine
            .evaluate(recipe, new TunedModel(recipe.model(), adapter, recipe.quantize()), told)
            .metrics();
    return metrics.get(metric);
  }

  /** Deletes what was there for the work alone. */
  void sweep() throws IOException {
    FileTree.delete(folder.resolve("scratch"));
  }
}
