package dev.statecraft.studio.combine;

import dev.statecraft.base.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Runs to be combined.
 *
 * @param runs two or more, of one base
 * @param settings the method
 * @param head name of the run whose head alone is kept; empty for one of each task
 * @param tune optimizer steps on a mixture of the tasks' data; 0 for none
 * @param learningRate of those steps; empty for the first run's
 * @param scored whether every task is scored with its own adapter, the combined one, and the base
 * @param to the run directory to make
 * @param replace whether one that is there is replaced
 */
public record CombineRequest(
    List<NamedRun> runs,
    CombineSettings settings,
    Optional<String> head,
    int tune,
    OptionalDouble learningRate,
    boolean scored,
    Path to,
    boolean replace) {
  /**
   * Copies and checks.
   *
   * @throws UsageException if there cannot be so many steps
   */
  public CombineRequest {
    runs = List.copyOf(runs);
    settings.requireFor(runs.size());
    if (tune < 0) {
      throw new UsageException("--tune: expected 0 or more, found " + tune);
    }
    if (learningRate.isPresent()
        && !(learningRate.getAsDouble() > 0 && Double.isFinite(learningRate.getAsDouble()))) {
      throw new UsageException(
          "--learning-rate: expected a number above 0, found " + learningRate.getAsDouble());
    }
  }

  /** Runs by a method, with a head for each task, scored and not tuned on. */
  public static CombineRequest of(List<NamedRun> runs, CombineSettings settings, Path to) {
    return new CombineRequest(
        runs, settings, Optional.empty(), 0, OptionalDouble.empty(), true, to, false);
  }
}
