package dev.statecraft.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sums of scaled rows of float32. */
public final class ThinMath {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  private ThinMath() {}

  /** {@code sum = sum + factor x}. */
  public static void addScaled(float[] sum, float[] x, float factor, int n) {
    FloatVector factors = FloatVector.broadcast(F, factor);
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector.fromArray(F, x, i)
          .fma(factors, FloatVector.fromArray(F, sum, i))
          .intoArray(sum, i);
    }
    for (; i < n; i++) {
      sum[i] = Math.fma(x[i], factor, sum[i]);
    }
  }
}
