package dev.statecraft.studio.study;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.StudyRecipe;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Runs a study. A point is finished when its run directory has a summary. What was interrupted goes
 * on from its last checkpoint, and failures of earlier times are tried again.
 */
public final class Study {
  /** The folder of the run directories. */
  static final String POINTS = "points";

  private final StudyRecipe recipe;
  private final List<StudyPoint> points;
  private final boolean anew;

  private Study(StudyRecipe recipe, List<StudyPoint> points, boolean anew) {
    this.recipe = recipe;
    this.points = points;
    this.anew = anew;
  }

  /** Runs one point into its run directory. */
  public interface Runner {
    /** Runs a recipe, in place of what its output may hold. */
    void run(Recipe recipe) throws IOException;

    /**
     * Goes on with an interrupted run.
     *
     * @throws InvalidInputException if what it left cannot be used
     */
    void resume(Path folder) throws IOException;
  }

  /** Is told how the study goes. */
  public interface Listener {
    /** A point begins. */
    void begins(StudyPoint point, int number, int count);

    /** A point is over, or was before. */
    void over(StudyResults results) throws IOException;

    /** Something the user should know. */
    void note(String line);
  }

  /**
   * The points of a study.
   *
   * @param folder what relative paths of the recipe are relative to
   * @param force whether all is run anew, in place of what the study's folder holds
   * @throws RecipeException if a point has no valid recipe, nothing is evaluated, or the folder
   *     holds runs of other recipes
   */
  public static Study of(StudyRecipe recipe, Path folder, boolean force) {
    List<StudyPoint> points = StudyPoint.of(recipe, folder);
    for (StudyPoint point : points) {
      if (point.recipe().data().validation() instanceof DataRecipe.NoValidation) {
        throw new RecipeException(
            "data.validation: expected evaluation data, by which a study compares, found none");
      }
      if (!force) {
        requireSame(point.recipe());
      }
    }
    return new Study(recipe, points, force);
  }

  /** Looks at a recipe before anything runs. */
  @FunctionalInterface
  public interface Check {
    /** Throws what is wrong with it. */
    void check(Recipe recipe) throws IOException;
  }

  /**
   * Checks what is still to be run, before the first run: each combination of settings once.
   *
   * @throws RecipeException if a combination does not fit the model
   * @throws InvalidInputException if a file that it names cannot be used
   */
  public void check(Check check) throws IOException {
    Set<Map<String, String>> seen = new HashSet<>();
    for (StudyPoint point : points) {
      if (seen.add(point.settings()) && (anew || !isFinished(point.recipe()))) {
        try {
          check.check(point.recipe());
        } catch (RecipeException | GraphException | IllegalArgumentException | UsageException e) {
          // A method that does not fit the model, or a value that only the model can judge.
          throw point.settings().isEmpty() ? e : StudyPoint.refused(point.settings(), e);
        }
      }
    }
  }

  private static void requireSame(Recipe wanted) {
    Optional<String> found = asked(wanted);
    if (found.isPresent() && !found.get().equals(wanted.toYaml())) {
      throw new RecipeException(
          wanted.output()
              + ": expected a run of the study's recipe, found one of another; name another folder"
              + " with --output, or run it anew with --force");
    }
  }

  /**
   * The recipe that a point was run with, as it was given: the run itself keeps one that says more.
   */
  private static Optional<String> asked(Recipe wanted) {
    try {
      return Files.exists(asking(wanted))
          ? Optional.of(TextFile.read(asking(wanted)))
          : Optional.empty();
    } catch (IOException e) {
      throw new InvalidInputException(asking(wanted) + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Path asking(Recipe wanted) {
    return wanted.output().resolveSibling(wanted.output().getFileName() + ".yaml");
  }

  /** How many runs it is. */
  public int size() {
    return points.size();
  }

  /** The folder. */
  public Path folder() {
    return recipe.output();
  }

  /**
   * Runs what is not finished.
   *
   * @throws CancellationException if the user stops it; results so far were given to the listener
   * @throws IOException if the listener cannot write
   */
  public StudyResults run(Runner runner, Listener listener) throws IOException {
    List<StudyResults.Outcome> outcomes = new ArrayList<>();
    for (StudyPoint point : points) {
      outcomes.add(new StudyResults.Outcome(point, Optional.empty(), Optional.empty()));
    }
    for (int i = 0; i < points.size(); i++) {
      outcomes.set(i, outcome(points.get(i), i, runner, listener));
      listener.over(results(outcomes));
    }
    return results(outcomes);
  }

  private StudyResults results(List<StudyResults.Outcome> outcomes) {
    return new StudyResults(points.get(0).recipe().task().metrics().get(0), outcomes);
  }

  private StudyResults.Outcome outcome(
      StudyPoint point, int index, Runner runner, Listener listener) {
    Recipe wanted = point.recipe();
    try {
      if (anew || !isFinished(wanted)) {
        listener.begins(point, index + 1, points.size());
        run(wanted, runner, listener);
      }
      return new StudyResults.Outcome(
          point,
          Optional.of(PointResult.read(RunDirectory.open(wanted.output()))),
          Optional.empty());
    } catch (CancellationException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Whatever it is that this point cannot do, the next may.
      return failed(point, message(e), listener::note);
    }
  }

  private void run(Recipe wanted, Runner runner, Listener listener) throws IOException {
    if (!anew && isBegun(wanted)) {
      try {
        runner.resume(wanted.output());
        return;
      } catch (InvalidInputException e) {
        listener.note("cannot go on, begins anew: " + e.getMessage());
      }
    }
    Files.createDirectories(wanted.output());
    if (RunDirectory.isAt(wanted.output())) {
      // An older run must not pass for this one, should this one end before it begins.
      Files.deleteIfExists(RunDirectory.open(wanted.output()).summary());
    }
    AtomicFile.write(asking(wanted), wanted.toYaml());
    runner.run(wanted);
  }

  private static boolean isBegun(Recipe wanted) {
    return asked(wanted).filter(wanted.toYaml()::equals).isPresent()
        && RunDirectory.isAt(wanted.output());
  }

  private static boolean isFinished(Recipe wanted) {
    return isBegun(wanted) && RunDirectory.open(wanted.output()).isFinished();
  }

  private static StudyResults.Outcome failed(
      StudyPoint point, String error, Consumer<String> notes) {
    notes.accept(point.name() + " failed: " + error);
    return new StudyResults.Outcome(point, Optional.empty(), Optional.of(error));
  }

  private static String message(Exception thrown) {
    String text = String.valueOf(thrown.getMessage()).lines().findFirst().orElse("no message");
    boolean expected =
        thrown instanceof InvalidInputException || thrown instanceof IllegalArgumentException;
    return expected ? text : thrown.getClass().getSimpleName() + ": " + text;
  }
}
