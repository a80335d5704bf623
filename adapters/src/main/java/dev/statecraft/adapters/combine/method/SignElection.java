package dev.statecraft.adapters.combine.method;

/**
 * The three steps of TIES on one array of each run: trim, elect a sign for each place, and take the
 * mean of what agrees with it.
 */
final class SignElection {
  private final double[] above;
  private final double[] below;
  private final short[] countAbove;
  private final short[] countBelow;

  /** For arrays of a length. */
  SignElection(int length) {
    above = new double[length];
    below = new double[length];
    countAbove = new short[length];
    countBelow = new short[length];
  }

  /**
   * Adds a run's numbers.
   *
   * @param density share of them that is kept, those of the largest magnitude: all from the k-th
   *     largest on, k = density * size, halves rounded to the even number, but one at least
   */
  void add(double[] values, double density, double weight) {
    if (density == 0) {
      return;
    }
    int kept = Math.max(1, Magnitudes.count(density, values.length));
    double threshold = Magnitudes.largest(values, kept);
    for (int i = 0; i < values.length; i++) {
      double value = weight * values[i];
      if (Math.abs(values[i]) < threshold) {
        continue;
      }
      if (value > 0) {
        above[i] += value;
        countAbove[i]++;
      } else if (value < 0) {
        below[i] += value;
        countBelow[i]++;
      }
    }
  }

  /** At each place the mean of the numbers that have the sign of their sum; 0 if that is 0. */
  double[] means() {
    double[] means = new double[above.length];
    for (int i = 0; i < means.length; i++) {
      double sum = above[i] + below[i];
      if (sum > 0) {
        means[i] = above[i] / countAbove[i];
      } else if (sum < 0) {
        means[i] = below[i] / countBelow[i];
      }
    }
    return means;
  }
}
