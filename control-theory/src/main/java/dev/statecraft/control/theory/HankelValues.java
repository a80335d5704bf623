package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;

/**
 * Hankel singular values: how much each state of a balanced system matters between inputs and
 * outputs. Roots of the eigenvalues of the product of both infinite Gramians, whatever the basis of
 * the states (Moore, Principal component analysis in linear systems, 1981).
 */
public final class HankelValues {
  private HankelValues() {}

  /**
   * All of them, {@code [states]}, largest first. They are computed as singular values of {@code
   * Lo' Lc} with {@code Wc = Lc Lc'}, {@code Wo = Lo Lo'}. A factor is the root of a Gramian that
   * rounding has touched, so values below some 1e-8 of the largest, the root of a rounding, tell
   * only that they are small.
   *
   * @throws UsageException if the system is not stable
   */
  public static double[] of(LinearSystem system) {
    Matrix reached = root(Gramians.controllability(system));
    Matrix told = root(Gramians.observability(system));
    return told.transpose().times(reached).singularValues();
  }

  private static Matrix root(Matrix gramian) {
    Matrix.Factors factors = gramian.svd();
    return factors.left().timesDiagonal(factors.values().map(Math::sqrt));
  }
}
