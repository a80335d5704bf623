package dev.statecraft.models.train;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * Notices a loss that stands out of those before it: above their median by more than {@value
 * #DEVIATIONS} times their spread (the median distance from the median, scaled to a normal
 * distribution's standard deviation) and by at least half of the median. It looks at the last
 * {@value #WINDOW} steps, and says nothing before it has seen {@value #LEAST}.
 */
final class LossWatch {
  private static final int WINDOW = 50;
  private static final int LEAST = 10;
  private static final double DEVIATIONS = 6;
  private static final double LEAST_SHARE = 0.5;

  /** Standard deviations of a normal distribution in its median absolute deviation, inverted. */
  private static final double NORMAL = 1.4826;

  private final Deque<Double> losses = new ArrayDeque<>();

  /** Takes up a loss; the median of those before it, if it stands out. */
  OptionalDouble spike(double loss) {
    OptionalDouble found = OptionalDouble.empty();
    if (losses.size() >= LEAST) {
      double[] before = losses.stream().mapToDouble(Double::doubleValue).toArray();
      double median = median(before);
      double spread =
          NORMAL * median(Arrays.stream(before).map(value -> Math.abs(value - median)).toArray());
      if (loss > median + Math.max(DEVIATIONS * spread, LEAST_SHARE * Math.abs(median))) {
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
