package dev.statecraft.adapters.combine.method;

import java.util.Arrays;

/**
 * Adam (Kingma and Ba 2015) from m = 1, its rate falling to 0 along half a cosine; the best point
 * that was met is the result, and the start is one of them. What Adam adds to the root of the mean
 * square is in proportion to the first gradient, so that the path does not depend on the unit of
 * the loss.
 */
final class ZipDescent {
  private static final double RATE = 0.1;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.99;
  private static final double EPSILON = 1e-8;

  private ZipDescent() {}

  /** The best m, row-major {@code [in, n]}. */
  static double[] minimize(ZipLoss loss, int iterations) {
    double[] m = new double[loss.variables()];
    Arrays.fill(m, 1);
    double[] gradient = new double[m.length];
    double[] best = m.clone();
    double least = loss.evaluate(m, gradient);
    double epsilon = EPSILON * Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
    double[] mean = new double[m.length];
    double[] square = new double[m.length];
    for (int step = 1; step <= iterations && epsilon > 0; step++) {
      double rate = RATE * (1 + Math.cos(Math.PI * (step - 1) / iterations)) / 2;
      double first = 1 - Math.pow(BETA1, step);
      double second = 1 - Math.pow(BETA2, step);
      for (int i = 0; i < m.length; i++) {
        mean[i] += (1 - BETA1) * (gradient[i] - mean[i]);
        square[i] += (1 - BETA2) * (gradient[i] * gradient[i] - square[i]);
        m[i] -= rate * (mean[i] / first) / (Math.sqrt(square[i] / second) + epsilon);
      }
      double now = loss.evaluate(m, gradient);
      if (now < least) {
        least = now;
        System.arraycopy(m, 0, best, 0, m.length);
      }
    }
    return best;
  }
}
