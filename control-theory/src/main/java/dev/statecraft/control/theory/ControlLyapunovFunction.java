package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.Optional;

/**
 * A function V of the state, positive but at 0, that some input can always bring down. Along {@code
 * x' = f(x) + g(x) u} the demand {@code V'(x) (f + g u) <= -alpha V} is linear in u, whatever f is:
 * that is what control that is affine gives (Artstein 1983; Sontag 1989).
 *
 * <p>Here {@code V(x) = x' P x}.
 *
 * @param p {@code [n, n]}, symmetric and positive definite
 * @param alpha how fast V has to fall, per unit of time: {@code V(t) <= V(0) exp(-alpha t)}
 */
public record ControlLyapunovFunction(Matrix p, double alpha) {
  /**
   * Checks P and alpha.
   *
   * @throws UsageException if P is not symmetric and positive definite, or alpha is negative
   */
  public ControlLyapunovFunction {
    Shapes.requireSymmetric("P", p);
    double least = p.symmetricEigenvalues()[0];
    if (least <= 0) {
      throw new UsageException("expected P positive definite, found the eigenvalue " + least);
    }
    if (!(alpha >= 0 && Double.isFinite(alpha))) {
      throw new UsageException("expected alpha of 0 or more, found " + alpha);
    }
  }

  /** {@code x' P x}. */
  public double value(Matrix x) {
    Shapes.require("x", x, p.rows(), 1);
    return p.quadratic(x);
  }

  /**
   * What an input has to meet: {@code normal' u <= bound}.
   *
   * @param normal {@code g' V'}, {@code [inputs, 1]}
   * @param bound {@code -alpha V - V' f}
   */
  public record Condition(Matrix normal, double bound) {
    /** Whether an input meets it, up to a slack. */
    public boolean isMetBy(Matrix u, double slack) {
      Shapes.require("u", u, normal.rows(), 1);
      return normal.transpose().times(u).at(0, 0) <= bound + slack;
    }

    /** The smallest input that meets it; empty if none does. */
    public Optional<Matrix> leastControl() {
      return nearest(Matrix.zeros(normal.rows(), 1));
    }

    /**
     * The input that meets it and is nearest to one that is wanted, which is a projection on a half
     * space (Ames, Galloway and Grizzle 2014 in closed form); empty if none meets it.
     */
    public Optional<Matrix> nearest(Matrix wanted) {
      Shapes.require("u", wanted, normal.rows(), 1);
      double excess = normal.transpose().times(wanted).at(0, 0) - bound;
      double square = normal.norm() * normal.norm();
      if (excess <= 0) {
        return Optional.of(wanted);
      }
      return square == 0
          ? Optional.empty()
          : Optional.of(wanted.minus(normal.scaled(excess / square)));
    }
  }

  /**
   * The condition at x.
   *
   * @param x {@code [n, 1]}
   * @param f how x moves without inputs, {@code [n, 1]}
   * @param g how it moves by them, {@code [n, inputs]}
   */
  public Condition at(Matrix x, Matrix f, Matrix g) {
    Shapes.require("f", f, p.rows(), 1);
    Shapes.requireRows("g", g, p.rows());
    double value = value(x);
    Matrix slope = p.times(x).scaled(2);
    return new Condition(
        g.transpose().times(slope), -alpha * value - slope.transpose().times(f).at(0, 0));
  }
}
