package dev.statecraft.training.metric;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Metrics of predicted numbers. All take {@code [examples]} gold values and as many predictions,
 * and throw {@link IllegalArgumentException} if there are none, if the lengths differ, or if a
 * value is NaN or infinite.
 */
public final class Regression {
  private Regression() {}

  /** The mean of the squared differences. */
  public static double meanSquaredError(double[] gold, double[] predicted) {
    Pairs.requireFinite(gold, predicted);
    double sum = 0;
    for (int i = 0; i < gold.length; i++) {
      double error = predicted[i] - gold[i];
      sum += error * error;
    }
    return sum / gold.length;
  }

  /**
   * Pearson's correlation: the covariance over the product of the standard deviations. It is in
   * [-1, 1], and defined as 0 where all gold values, or all predictions, are the same.
   */
  public static double pearson(double[] gold, double[] predicted) {
    Pairs.requireFinite(gold, predicted);
    double[] x = deviations(gold);
    double[] y = deviations(predicted);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += x[i] * y[i];
      xx += x[i] * x[i];
      yy += y[i] * y[i];
    }
    return xx == 0 || yy == 0 ? 0 : Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
  }

  /**
   * Spearman's correlation: Pearson's correlation of the ranks, where equal values share the mean
   * of their ranks. Defined as 0 where all gold values, or all predictions, are the same.
   */
  public static double spearman(double[] gold, double[] predicted) {
    Pairs.requireFinite(gold, predicted);
    return pearson(ranks(gold), ranks(predicted));
  }

  /** Ranks from 1; equal values have the mean of the ranks that they take up together. */
  static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    int start = 0;
    while (start < order.length) {
      int end = start + 1;
      while (end < order.length && values[order[end]] == values[order[start]]) {
        end++;
      }
      for (int i = start; i < end; i++) {
        // The ranks start + 1 .. end.
        ranks[order[i]] = (start + 1 + end) / 2.0;
      }
      start = end;
    }
    return ranks;
  }

  /**
   * Differences from the mean, scaled so that the largest is at most 1 in size and squares neither
   * overflow nor vanish; all zero for equal values, of which the rounded mean may be off by a bit.
   */
  private static double[] deviations(double[] values) {
    double[] scaled = scaledToOne(values);
    double sum = 0;
    boolean constant = true;
    for (double value : scaled) {
      sum += value;
      constant &= value == scaled[0];
    }
    if (constant) {
      return new double[values.length];
    }
    double mean = sum / scaled.length;
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] -= mean;
    }
    return scaledToOne(scaled);
  }

  /** A copy divided by the power of two that brings the largest below 1, which is exact. */
  private static double[] scaledToOne(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    int exponent = Math.getExponent(largest) + 1;
    double[] scaled = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = Math.scalb(values[i], -exponent);
    }
    return scaled;
  }
}
