package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Feedback that gives a system the eigenvalues one wants. */
public final class PolePlacement {
  /** Above it powers of A lose all digits. */
  private static final int MOST_STATES = 32;

  /** How far a pole may be from its conjugate's mirror image, as a part of its magnitude. */
  private static final double CONJUGATE = 1e-9;

  /** How far a pole may be from where it is wanted, as a part of the largest. */
  private static final double PLACED = 1e-6;

  /**
   * Of m poles at nearly the same place the m-th root of this part, if that is more: a change of a
   * matrix moves its m-fold eigenvalue by the m-th root of the change.
   */
  private static final double CHANGE = 1e-10;

  /** Within this part of the largest, poles are at nearly the same place. */
  private static final double NEAR = 1e-3;

  private PolePlacement() {}

  /**
   * The gain K, {@code [1, n]}, with which {@code A - B K} has these eigenvalues, in discrete or
   * continuous time, by Ackermann's formula {@code K = [0 ... 0 1] [B, A B, ...]^-1 p(A)} where p
   * is the polynomial of the poles (Ackermann, 1972).
   *
   * <p>Usual units of states and of time do not matter. The formula loses digits quickly with n,
   * from about 10 states on; so the eigenvalues of {@code A - B K} are computed, and a gain that
   * misses a pole by more than 1e-6 of the largest is refused (by more where several poles are at
   * nearly the same place, whose eigenvalues are not known so well).
   *
   * @param a {@code [n, n]}
   * @param b {@code [n, 1]}
   * @param poles n of them; one that is not real comes with its conjugate
   * @throws UsageException if shapes do not fit, the system is not controllable, or rounding keeps
   *     the poles from their places
   */
  public static Matrix ackermann(Matrix a, Matrix b, List<Complex> poles) {
    LinearSystem system = LinearSystem.of(a, b);
    Shapes.require("B", b, a.rows(), 1);
    if (a.rows() > MOST_STATES) {
      throw new UsageException(
          "expected at most %d states, found %d".formatted(MOST_STATES, a.rows()));
    }
    Shapes.requireSame("poles, one for each state", a.rows(), poles.size());
    requireConjugates(poles);
    Matrix last = lastOfInverse(system.controllabilityMatrix());
    Matrix gain = last;
    double[] coefficients = polynomial(poles);
    for (int k = 1; k < coefficients.length; k++) {
      gain = gain.times(a).plus(last.scaled(coefficients[k]));
    }
    requirePlaced(poles, a.minus(b.times(gain)));
    return gain;
  }

  /** The last row of the inverse of {@code [B, A B, ...]}, whatever the units of its rows. */
  private static Matrix lastOfInverse(Matrix controllability) {
    Shapes.requireFinite("the largest of [B, A B, ...]", controllability.largest());
    int states = controllability.rows();
    EquilibratedMatrix scaled = EquilibratedMatrix.of(controllability);
    int rank = scaled.matrix().rank(1e-12);
    if (rank < states) {
      throw new UsageException(
          "expected a controllable system, found rank %d of %d".formatted(rank, states));
    }
    Matrix last = Matrix.identity(states).block(0, states - 1, states, 1);
    return scaled
        .matrix()
        .transpose()
        .solve(last)
        .transpose()
        .timesDiagonal(scaled.rows())
        .scaled(scaled.columns().at(states - 1, 0));
  }

  private static void requireConjugates(List<Complex> poles) {
    for (Complex pole : poles) {
      Shapes.requireFinite("the real part of a pole", pole.real());
      Shapes.requireFinite("the imaginary part of a pole", pole.imaginary());
    }
    List<Complex> mirrored =
        nearest(poles, poles.stream().map(p -> new Complex(p.real(), -p.imaginary())).toList());
    for (int i = 0; i < poles.size(); i++) {
      if (distance(poles.get(i), mirrored.get(i)) > CONJUGATE * poles.get(i).magnitude()) {
        throw new UsageException("expected complex poles in conjugate pairs, found " + poles);
      }
    }
  }

  private static void requirePlaced(List<Complex> poles, Matrix closedLoop) {
    double largest = poles.stream().mapToDouble(Complex::magnitude).max().orElseThrow();
    // Poles at 0 alone have no size; what rounding makes of them has that of the closed loop.
    double size = largest > 0 ? largest : closedLoop.norm();
    Shapes.requireFinite("the norm of A - B K", closedLoop.norm());
    List<Complex> placed = nearest(poles, closedLoop.eigenvalues());
    for (int i = 0; i < poles.size(); i++) {
      Complex pole = poles.get(i);
      double near = poles.stream().filter(p -> distance(p, pole) <= NEAR * size).count();
      double miss = distance(pole, placed.get(i));
      if (miss > Math.max(PLACED, Math.pow(CHANGE, 1 / near)) * size) {
        throw new UsageException(
            "expected poles that Ackermann's formula can place, found that rounding moves %s by %s"
                .formatted(pole, miss));
      }
    }
  }

  /** Of each of some numbers the nearest of as many others, each of which is taken once. */
  private static List<Complex> nearest(List<Complex> numbers, List<Complex> others) {
    List<Complex> free = new ArrayList<>(others);
    List<Complex> taken = new ArrayList<>();
    for (Complex number : numbers) {
      Complex next =
          free.stream()
              .min(Comparator.comparingDouble(other -> distance(number, other)))
              .orElseThrow();
      free.remove(next);
      taken.add(next);
    }
    return taken;
  }

  private static double distance(Complex one, Complex other) {
    return Math.hypot(one.real() - other.real(), one.imaginary() - other.imaginary());
  }

  /**
   * Coefficients of the product of all {@code s - pole}, highest power first, which is 1; those of
   * conjugates are real.
   */
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
    return real;
  }
}
