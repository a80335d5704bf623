package dev.statecraft.adapters.combine.method;

import java.util.List;

/**
 * What the runs count for.
 *
 * @param byRun a finite number for each run, by its number; none if all count 1
 */
public record RunWeights(List<Double> byRun) {
  /** All runs count 1. */
  public static final RunWeights ONES = new RunWeights(List.of());

  /**
   * @throws IllegalArgumentException if a weight is not finite
   */
  public RunWeights {
    byRun = List.copyOf(byRun);
    if (!byRun.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException("weights: expected finite numbers, found " + byRun);
    }
  }

  /**
   * What a run counts for.
   *
   * @throws IllegalArgumentException if it has no weight
   */
  double of(int run) {
    if (byRun.isEmpty()) {
      return 1;
    }
    if (run < 0 || run >= byRun.size()) {
      throw new IllegalArgumentException(
          "weights: expected one for run " + run + ", found " + byRun.size());
    }
    return byRun.get(run);
  }
}
