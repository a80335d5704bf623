package dev.statecraft.studio.steer;

import java.util.Arrays;

/** Sums over numbers of two vectors of one length. */
final class Vectors {
  private Vectors() {}

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double length(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  /** {@code a + factor b}. */
  static double[] sum(double[] a, double factor, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + factor * b[i]);
    return sum;
  }

  static double[] scaled(double[] a, double factor) {
    return Arrays.stream(a).map(number -> factor * number).toArray();
  }
}
