package dev.statecraft.studio.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.FileTree;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.base.TextFile;
import dev.statecraft.formats.checkpoint.Leftovers;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.training.Checkpoints;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of a training run: {@value #RECIPE} (as resolved), {@value #METRICS} (a line per
 * optimizer step), {@value #SUMMARY} (once it is over), {@value #ADAPTER}, {@value #CHECKPOINTS},
 * {@value #PROVENANCE}, {@value #REPORT}, TensorBoard's {@value #EVENTS} files, {@value #MLFLOW}
 * and {@value #NOTES}. Whole files are moved into place; metrics are appended line by line.
 */
public final class RunDirectory {
  static final String RECIPE = "recipe.yaml";
  static final String METRICS = "metrics.jsonl";
  static final String SUMMARY = "summary.json";
  static final String REPORT = "report.html";
  static final String PROVENANCE = "provenance.json";
  static final String ADAPTER = "adapter";
  static final String CHECKPOINTS = "checkpoints";
  static final String MLFLOW = "mlflow.json";
  static final String NOTES = "notes.log";

  /** What a combination of runs leaves in place of a provenance. */
  public static final String COMBINED = "combined.json";

  /** Where a combination has a run directory for each task. */
  public static final String TASKS = "tasks";

  /** What the names of TensorBoard's event files begin with. */
  public static final String EVENTS = "events.out.tfevents";

  private static final String LOCK = ".lock";
  private static final List<String> OWN =
      List.of(
          SUMMARY,
          METRICS,
          REPORT,
          ADAPTER,
          CHECKPOINTS,
          MLFLOW,
          NOTES,
          PROVENANCE,
          COMBINED,
          TASKS,
          RECIPE);

  private final Path folder;

  private RunDirectory(Path folder) {
    this.folder = folder;
  }

  /** What to do if the folder already holds a run. */
  public enum Existing {
    /** Stop with an error. */
    REFUSE,
    /** Delete what the run wrote, and nothing else. */
    REPLACE
  }

  /**
   * Makes the folder of a new run and writes its recipe.
   *
   * @throws RecipeException if the folder holds a run that is not to be replaced, or holds anything
   *     else
   * @throws InvalidInputException if it cannot be made
   */
  public static RunDirectory create(Recipe recipe, Existing existing) {
    Path folder = recipe.output();
    try {
      if (Files.exists(folder)) {
        clear(folder, existing);
      }
      Files.createDirectories(folder);
      RunDirectory run = new RunDirectory(folder);
      run.writeRecipe(recipe);
      return run;
    } catch (IOException e) {
      throw new InvalidInputException(
          folder + ": cannot make the run directory: " + e.getMessage(), e);
    }
  }

  /**
   * Opens the folder of an earlier run.
   *
   * @throws InvalidInputException if it is not one
   */
  public static RunDirectory open(Path folder) {
    if (!isAt(folder)) {
      throw new InvalidInputException(
          folder + ": expected a run directory with a " + RECIPE + ", found none");
    }
    return new RunDirectory(folder);
  }

  /** Whether a folder is that of a run. */
  public static boolean isAt(Path folder) {
    return Files.isRegularFile(folder.resolve(RECIPE));
  }

  /**
   * Opens the folder of a run that is not finished.
   *
   * @throws RecipeException if it is finished
   * @throws InvalidInputException if there is none
   */
  public static RunDirectory unfinished(Path folder) {
    RunDirectory run = open(folder);
    if (run.isFinished()) {
      throw new RecipeException(
          folder + ": expected an unfinished run to go on with, found a finished one");
    }
    return run;
  }

  /**
   * Keeps other processes from training in this folder until it is closed, or this process ends in
   * any way.
   *
   * @throws RecipeException if another one does
   */
  public Lock lock() throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // This very process trains there.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new RecipeException(folder + ": another process is training in this run directory");
    }
    return new Lock(channel);
  }

  /** Holds a run directory. */
  public record Lock(FileChannel channel) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Deletes what a process that was killed had been writing; only while the run is locked. */
  public void sweep() throws IOException {
    Leftovers.sweep(folder);
    Leftovers.sweep(adapter());
  }

  private static void clear(Path folder, Existing existing) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new RecipeException("output: expected a folder, found the file " + folder);
    }
    boolean isRun = Files.exists(folder.resolve(RECIPE));
    if (!isRun) {
      Leftovers.sweep(folder);
      try (Stream<Path> entries = Files.list(folder)) {
        if (entries.anyMatch(entry -> !entry.endsWith(LOCK))) {
          throw new RecipeException(
              "output: expected a new or empty folder or one of a run, found other files in "
                  + folder);
        }
      }
      return;
    }
    if (existing == Existing.REFUSE && hasResults(folder)) {
      String state = new RunDirectory(folder).isFinished() ? "a finished" : "an unfinished";
      throw new RecipeException(
          "output: expected a folder without a run, found "
              + state
              + " one in "
              + folder
              + "; name another with --output, or replace it with --force");
    }
    // A run that is being trained is not taken from under its process.
    try (Lock held = new RunDirectory(folder).lock()) {
      Leftovers.sweep(folder);
      for (String name : OWN) {
        FileTree.delete(folder.resolve(name));
      }
    }
    for (Path events : new RunDirectory(folder).eventFiles()) {
      FileTree.delete(events);
    }
  }

  /** A run that stopped before its first step has nothing to lose. */
  private static boolean hasResults(Path folder) throws IOException {
    Path metrics = folder.resolve(METRICS);
    return Files.exists(folder.resolve(SUMMARY))
        || (Files.exists(metrics) && Files.size(metrics) > 0);
  }

  public Path folder() {
    return folder;
  }

  /** The adapter's folder; made by whoever saves there. */
  public Path adapter() {
    return folder.resolve(ADAPTER);
  }

  /**
   * The run's checkpoints.
   *
   * @param keep how many of the last are kept when another is saved
   */
  public Checkpoints checkpoints(int keep) {
    return new Checkpoints(folder.resolve(CHECKPOINTS), keep);
  }

  /** Where the run comes from; see {@code cli.provenance}. */
  public Path provenance() {
    return folder.resolve(PROVENANCE);
  }

  public Path report() {
    return folder.resolve(REPORT);
  }

  /** Which run of an MLflow server this is, if it is one. */
  public Path mlflow() {
    return folder.resolve(MLFLOW);
  }

  /** TensorBoard's event files, the earliest first. */
  public List<Path> eventFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith(EVENTS))
          .sorted()
          .toList();
    }
  }

  /** A line of JSON for each optimizer step. */
  public Path metrics() {
    return folder.resolve(METRICS);
  }

  /** What became of the run, once it is over. */
  public Path summary() {
    return folder.resolve(SUMMARY);
  }

  /** The run's recipe, as it was resolved. */
  public Recipe recipe() {
    return Recipe.load(folder.resolve(RECIPE), List.of(), folder);
  }

  /** Makes a run directory of a folder by its recipe, whatever is there. */
  public static RunDirectory write(Path folder, Recipe recipe) throws IOException {
    Files.createDirectories(folder);
    RunDirectory run = new RunDirectory(folder);
    run.writeRecipe(recipe);
    return run;
  }

  /** Writes the recipe again, once model and data have said what it left open. */
  public void writeRecipe(Recipe recipe) throws IOException {
    AtomicFile.write(folder.resolve(RECIPE), recipe.toYaml());
  }

  /**
   * The log's steps up to one, behind which it is cut off: a run that goes on takes those again.
   *
   * @throws InvalidInputException if one of them is missing
   */
  public List<StepMetrics> stepsUntil(long last) throws IOException {
    return MetricsLog.cutBehind(folder.resolve(METRICS), last);
  }

  /** Opens the log of notes; goes on after those that are there. */
  public NotesLog notesLog() throws IOException {
    return NotesLog.append(folder.resolve(NOTES));
  }

  /** Opens the log of optimizer steps; goes on after the lines that are there. */
  public MetricsLog metricsLog() throws IOException {
    return MetricsLog.append(folder.resolve(METRICS));
  }

  /**
   * Whether the run came to its end.
   *
   * @throws InvalidInputException if its summary is not what a run writes
   */
  public boolean isFinished() {
    if (!Files.exists(summary())) {
      return false;
    }
    try {
      JsonNode status = new ObjectMapper().readTree(TextFile.read(summary())).path("status");
      // Summaries of earlier versions were of finished runs alone and do not say so.
      return status.isMissingNode() || status.asText().equals(Summary.Status.FINISHED.label());
    } catch (IOException e) {
      throw new InvalidInputException(
          summary() + ": expected the summary of a run, found no valid JSON", e);
    }
  }

  /** Writes the summary; that of a run which came to its end makes it a finished one. */
  public void writeSummary(Summary summary) throws IOException {
    AtomicFile.write(folder.resolve(SUMMARY), Json.pretty(summary.toMap()));
  }
}
