package dev.statecraft.studio.combine;

import dev.statecraft.adapters.combine.OnCycle;
import dev.statecraft.base.UsageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the edges of runs that have the same endpoints become one.
 *
 * @param method one of {@link #METHODS}
 * @param weights of the runs: for {@code linear}, {@code svd} and {@code ties}
 * @param rank the most that a merged edge may have; empty for what the method gives
 * @param density share of the largest entries that {@code ties} and {@code knots} keep
 * @param drop share of entries that {@code dare} drops
 * @param seed of what {@code dare} drops, and of steps on a mixture
 * @param lambda weight of {@code ziplora}'s penalty on columns that two runs use
 * @param iterations of {@code ziplora}'s descent
 * @param rows of each run's inputs that {@code ziplora} reads
 * @param onCycle what to do with an edge that would close a cycle
 */
public record CombineSettings(
    String method,
    Optional<List<Double>> weights,
    OptionalInt rank,
    double density,
    double drop,
    long seed,
    double lambda,
    int iterations,
    int rows,
    OnCycle onCycle) {
  /** The methods by their words. */
  public static final List<String> METHODS =
      List.of("average", "linear", "svd", "ties", "dare", "knots", "tsv", "ziplora", "klora");

  /** Those that take weights. */
  private static final List<String> WEIGHTED = List.of("linear", "svd", "ties");

  /** Checks the numbers. */
  public CombineSettings {
    weights = weights.map(List::copyOf);
    if (!METHODS.contains(method)) {
      throw new UsageException("--method: expected one of " + METHODS + ", found '" + method + "'");
    }
    if (weights.isPresent() && !WEIGHTED.contains(method)) {
      throw new UsageException(
          "--weights: expected one of the methods "
              + WEIGHTED
              + ", which take weights, found "
              + method);
    }
    if (method.equals("linear") && weights.isEmpty()) {
      throw new UsageException("--method linear: expected --weights, one number a run, found none");
    }
    share("--density", density);
    if (!(drop >= 0 && drop < 1)) {
      throw new UsageException("--drop: expected a share from 0 to below 1, found " + drop);
    }
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new UsageException("--lambda: expected 0 or more, found " + lambda);
    }
    positive("--iterations", iterations);
    positive("--rows", rows);
    if (rank.isPresent()) {
      positive("--rank", rank.getAsInt());
    }
    if (weights.isPresent() && !weights.get().stream().allMatch(Double::isFinite)) {
      throw new UsageException("--weights: expected finite numbers, found " + weights.get());
    }
  }

  /** The usual settings of a method. */
  public static CombineSettings of(String method) {
    return new CombineSettings(
        method, Optional.empty(), OptionalInt.empty(), 0.5, 0.5, 0, 0.01, 200, 512, OnCycle.ERROR);
  }

  /** The same with weights. */
  public CombineSettings withWeights(List<Double> others) {
    return new CombineSettings(
        method, Optional.of(others), rank, density, drop, seed, lambda, iterations, rows, onCycle);
  }

  /** The same with another way with cycles. */
  public CombineSettings withOnCycle(OnCycle other) {
    return new CombineSettings(
        method, weights, rank, density, drop, seed, lambda, iterations, rows, other);
  }

  /** As JSON has them. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", method);
    weights.ifPresent(numbers -> map.put("weights", numbers));
    rank.ifPresent(most -> map.put("rank", most));
    map.put("density", density);
    map.put("drop", drop);
    map.put("seed", seed);
    map.put("lambda", lambda);
    map.put("iterations", iterations);
    map.put("rows", rows);
    map.put("on_cycle", onCycle.name().toLowerCase(Locale.ROOT));
    return map;
  }

  private static void share(String option, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new UsageException(option + ": expected a share above 0, at most 1, found " + value);
    }
  }

  private static void positive(String option, int value) {
    if (value < 1) {
      throw new UsageException(option + ": expected 1 or more, found " + value);
    }
  }

  /**
   * Checks that there is a weight for each run.
   *
   * @throws UsageException if not
   */
  public void requireFor(int runs) {
    if (weights.isPresent() && weights.get().size() != runs) {
      throw new UsageException(
          "--weights: expected one for each of " + runs + " runs, found " + weights.get().size());
    }
  }
}
