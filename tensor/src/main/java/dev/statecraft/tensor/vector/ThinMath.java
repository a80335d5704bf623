package dev.statecraft.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products of matrices in float32, of a few rows of which each is in the processor's cache. */
public final class ThinMath {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  private ThinMath() {}

  /**
   * {@code target_i = target_i + scale m_i h} for the rows of a matrix that lie end to end.
   *
   * @param target to which products are added, from {@code first} on
   * @param matrix {@code [rows, n]}
   * @param h {@code [n]}
   */
  public static void addProducts(
      float[] target, int first, float[] matrix, int rows, float[] h, int n, float scale) {
    int end = F.loopBound(n);
    for (int row = 0; row < rows; row++) {
      int start = row * n;
      FloatVector sum = FloatVector.zero(F);
      for (int i = 0; i < end; i += F.length()) {
        sum = FloatVector.fromArray(F, matrix, start + i).fma(FloatVector.fromArray(F, h, i), sum);
      }
      float total = end == 0 ? 0 : sum.reduceLanes(VectorOperators.ADD);
      for (int i = end; i < n; i++) {
        total = Math.fma(matrix[start + i], h[i], total);
      }
      target[first + row] = Math.fma(scale, total, target[first + row]);
    }
  }
}
