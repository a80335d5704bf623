package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.List;

/**
 * Lyapunov's equations, in discrete time {@code P = A P A' + Q} and in continuous time {@code A P +
 * P A' + Q = 0}, for a stable A and a symmetric Q, all {@code [n, n]}.
 */
public final class LyapunovEquation {
  /** 2^60 terms of a sum that converges are all of them. */
  private static final int DOUBLINGS = 60;

  private LyapunovEquation() {}

  /**
   * The solution of {@code P = A P A' + Q}, which is {@code sum_k A^k Q A'^k}; the number of terms
   * is doubled until the rest is rounded away (Smith, Matrix equation XA + BX = C, 1968).
   *
   * @throws UsageException if shapes do not fit or A has an eigenvalue on or outside of the unit
   *     circle
   */
  public static Matrix discrete(Matrix a, Matrix q) {
    requireFit(a, q);
    double radius = a.spectralRadius();
    if (radius >= 1) {
      throw new UsageException(
          "expected A with eigenvalues within the unit circle, found one of magnitude " + radius);
    }
    return doubled(a, q);
  }

  /**
   * The solution of {@code A P + P A' + Q = 0}. Cayley's transform {@code (A - c I)^-1 (A + c I)}
   * makes the equation one of discrete time with the same solution, for any {@code c > 0}.
   *
   * @throws UsageException if shapes do not fit or A has an eigenvalue that is not in the left half
   *     plane
   */
  public static Matrix continuous(Matrix a, Matrix q) {
    requireFit(a, q);
    List<Complex> eigenvalues = a.eigenvalues();
    double right = eigenvalues.stream().mapToDouble(Complex::real).max().orElseThrow();
    if (right >= 0) {
      throw new UsageException(
          "expected A with eigenvalues of negative real part, found one of real part " + right);
    }
    double fastest = eigenvalues.get(0).magnitude();
    double slowest = eigenvalues.get(eigenvalues.size() - 1).magnitude();
    double c = Math.sqrt(fastest) * Math.sqrt(slowest);
    Matrix shift = Matrix.identity(a.rows()).scaled(c);
    Matrix below = a.minus(shift);
    Matrix half = below.solve(q);
    Matrix rest = below.solve(half.transpose()).scaled(2 * c);
    return doubled(below.solve(a.plus(shift)), rest.symmetrized());
  }

  private static Matrix doubled(Matrix a, Matrix q) {
    Matrix power = a;
    Matrix sum = q;
    for (int k = 0; k < DOUBLINGS; k++) {
      Matrix more = power.times(sum).times(power.transpose()).symmetrized();
      sum = sum.plus(more);
      if (more.norm() <= 1e-17 * sum.norm()) {
        return sum;
      }
      power = power.times(power);
    }
    throw new UsageException(
        "expected A whose powers fade away, found one that does not within 2^60 steps");
  }

  private static void requireFit(Matrix a, Matrix q) {
    Shapes.requireSquare("A", a);
    Shapes.require("Q", q, a.rows(), a.rows());
    Shapes.requireSymmetric("Q", q);
  }
}
