package dev.statecraft.training;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * Notices a loss that stands out of those before it: above their median by more than {@value
 * #DEVIATIONS} times their spread (the median distance from the median, scaled to a normal
 * distribution's standard deviation) and by at least half of the median. It looks at the last
 * {@value #WINDOW} steps, and says nothing before it has seen {@value #LEAST}.
 *
 * <p>Losses of small batches, and of a model that knows nearly all, have long tails: most are close
 * to 0, and a hard example is far above their spread without anything being wrong. So a loss must
 * also be above {@value #BEYOND} times the highest of those steps, and above half of what the run
 * began with.
 */
final class LossWatch {
  private static final int WINDOW = 50;
  private static final int LEAST = 20;
  private static final double DEVIATIONS = 6;
  private static final double LEAST_SHARE = 0.5;
  private static final double BEYOND = 1.6;

  /** Standard deviations of a normal distribution in its median absolute deviation, inverted. */
  private static final double NORMAL = 1.4826;

  private final Deque<Double> losses = new ArrayDeque<>();
  private double beginning = Double.NaN;

  /** Takes up a loss; the median of those before it, if it stands out. */
  OptionalDouble spike(double loss) {
    OptionalDouble found = OptionalDouble.empty();
    if (losses.size() >= LEAST) {
      double[] before = losses.stream().mapToDouble(Double::doubleValue).toArray();
      double median = median(before);
      double spread =
          NORMAL * median(Arrays.stream(before).map(value -> Math.abs(value - median)).toArray());
      if (Double.isNaN(beginning)) {
        beginning = median;
      }
      double highest = Arrays.stream(before).max().orElseThrow();
      if (loss > median + Math.max(DEVIATIONS * spread, LEAST_SHARE * Math.abs(median))
          && loss > BEYOND * highest
          && loss > LEAST_SHARE * beginning) {
        found = OptionalDouble.of(median);
      }
    }
    losses.addLast(loss);
    if (losses.size() > WINDOW) {
      losses.removeFirst();
    }
    return found;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
