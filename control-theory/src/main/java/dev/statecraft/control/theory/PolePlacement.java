package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.List;

/** Feedback that gives a system the eigenvalues one wants. */
public final class PolePlacement {
  /** Above it powers of A lose all digits. */
  private static final int MOST_STATES = 32;

  private PolePlacement() {}

  /**
   * The gain K, {@code [1, n]}, with which {@code A - B K} has these eigenvalues, in discrete or
   * continuous time, by Ackermann's formula {@code K = [0 ... 0 1] [B, A B, ...]^-1 p(A)} where p
   * is the polynomial of the poles (Ackermann, 1972).
   *
   * @param a {@code [n, n]}
   * @param b {@code [n, 1]}
   * @param poles n of them; one that is not real comes with its conjugate
   * @throws UsageException if shapes do not fit, or the system is not controllable
   */
  public static Matrix ackermann(Matrix a, Matrix b, List<Complex> poles) {
    LinearSystem system = LinearSystem.of(a, b);
    Shapes.require("B", b, a.rows(), 1);
    if (a.rows() > MOST_STATES) {
      throw new UsageException(
          "expected at most %d states, found %d".formatted(MOST_STATES, a.rows()));
    }
    Shapes.requireSame("poles, one for each state", a.rows(), poles.size());
    Matrix controllability = system.controllabilityMatrix();
    if (controllability.rank(1e-12) < a.rows()) {
      throw new UsageException(
          "expected a controllable system, found rank %d of %d"
              .formatted(controllability.rank(1e-12), a.rows()));
    }
    double[] coefficients = polynomial(poles);
    Matrix eye = Matrix.identity(a.rows());
    Matrix value = eye;
    for (int k = 1; k < coefficients.length; k++) {
      value = value.times(a).plus(eye.scaled(coefficients[k]));
    }
    Matrix last = eye.block(0, a.rows() - 1, a.rows(), 1);
    return controllability.transpose().solve(last).transpose().times(value);
  }

  /** Coefficients of the product of all {@code s - pole}, highest power first, which is 1. */
  private static double[] polynomial(List<Complex> poles) {
    double[] real = {1};
    double[] imaginary = {0};
    for (Complex pole : poles) {
      double[] nextReal = new double[real.length + 1];
      double[] nextImaginary = new double[real.length + 1];
      for (int k = 0; k < real.length; k++) {
        nextReal[k] += real[k];
        nextImaginary[k] += imaginary[k];
        nextReal[k + 1] -= pole.real() * real[k] - pole.imaginary() * imaginary[k];
        nextImaginary[k + 1] -= pole.real() * imaginary[k] + pole.imaginary() * real[k];
      }
      real = nextReal;
      imaginary = nextImaginary;
    }
    for (int k = 0; k < real.length; k++) {
      if (Math.abs(imaginary[k]) > 1e-9 * Math.max(1, Math.abs(real[k]))) {
        throw new UsageException("expected complex poles in conjugate pairs, found " + poles);
      }
    }
    return real;
  }
}
