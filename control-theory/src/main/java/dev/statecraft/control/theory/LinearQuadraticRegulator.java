package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The feedback {@code u = -K x} that makes a sum of {@code x' Q x + u' R u} as small as it can be
 * (Kalman, Contributions to the theory of optimal control, 1960).
 *
 * <p>Shapes: A {@code [n, n]}, B {@code [n, m]}, Q {@code [n, n]} symmetric and positive
 * semidefinite, R {@code [m, m]} symmetric and positive definite; over a finite horizon R may be
 * semidefinite where {@code R + B' S B} is definite.
 */
public final class LinearQuadraticRegulator {
  /** How many doublings of the horizon are tried: 2^60 steps are as good as infinitely many. */
  private static final int DOUBLINGS = 60;

  private LinearQuadraticRegulator() {}

  /**
   * Optimal feedback over a finite horizon of T steps.
   *
   * @param gains K_0 to K_(T-1), {@code [m, n]} each: {@code u_t = -K_t x_t}
   * @param costToGo S_0, {@code [n, n]}: the least cost from x_0 on is {@code x_0' S_0 x_0}
   */
  public record Gains(List<Matrix> gains, Matrix costToGo) {
    /** Keeps a copy of the list. */
    public Gains {
      gains = List.copyOf(gains);
    }
  }

  /**
   * Optimal feedback over an infinite horizon.
   *
   * @param gain K, {@code [m, n]}: {@code u_t = -K x_t}
   * @param costToGo S, {@code [n, n]}: the least cost from x on is {@code x' S x}
   */
  public record Gain(Matrix gain, Matrix costToGo) {}

  /**
   * Minimizes {@code sum_(t < T) (x_t' Q x_t + u_t' R u_t) + x_T' L x_T} along {@code x_(t+1) = A_t
   * x_t + B_t u_t}, by Riccati's recursion backwards from {@code S_T = L}:
   *
   * <pre>{@code
   * K_t = (R + B' S B)^-1 B' S A
   * S_t = Q + A' S (A - B K_t)
   * }</pre>
   *
   * @param a A_0 to A_(T-1)
   * @param b B_0 to B_(T-1)
   * @param last L, the cost of the last state, {@code [n, n]}, symmetric and positive semidefinite
   * @throws UsageException if shapes do not fit, Q, R or L has a negative eigenvalue, or {@code R +
   *     B' S B} is not positive definite
   */
  public static Gains finiteHorizon(
      List<Matrix> a, List<Matrix> b, Matrix q, Matrix r, Matrix last) {
    Shapes.requireAtLeast("a horizon", 1, a.size());
    Shapes.requireSame("input matrices, one for each step", a.size(), b.size());
    int states = a.get(0).rows();
    for (int t = 0; t < a.size(); t++) {
      requireFit("A_" + t, a.get(t), "B_" + t, b.get(t), states, r.rows());
    }
    requireCostOfStates("Q", q, states);
    Shapes.requireSemidefinite("R", r);
    requireCostOfStates("the cost of the last state", last, states);

    List<Matrix> gains = new ArrayList<>();
    Matrix s = last;
    for (int t = a.size() - 1; t >= 0; t--) {
      Matrix gain = gain(a.get(t), b.get(t), r, s);
      Matrix closedLoop = a.get(t).minus(b.get(t).times(gain));
      s = q.plus(a.get(t).transpose().times(s.times(closedLoop))).symmetrized();
      gains.add(gain);
    }
    Collections.reverse(gains);
    return new Gains(gains, s);
  }

  /**
   * Minimizes {@code sum_t (x_t' Q x_t + u_t' R u_t)} without an end, along {@code x_(t+1) = A x_t
   * + B u_t}. The algebraic Riccati equation is solved by the structure-preserving doubling
   * algorithm (Chu, Fan, Lin and Wang, Structure-preserving algorithms for periodic discrete-time
   * algebraic Riccati equations, 2004), whose k-th iterate is the cost of 2^k steps.
   *
   * <p>The feedback is one that brings every state to 0: a cost that does not see a state which
   * grows, such as {@code Q = 0}, is refused, though a feedback that lets it grow pays less.
   *
   * @throws UsageException if shapes do not fit, Q has a negative eigenvalue, R is not positive
   *     definite, no feedback has a finite cost, or the one that costs least does not stabilize
   */
  public static Gain infiniteHorizon(Matrix a, Matrix b, Matrix q, Matrix r) {
    requireFit("A", a, "B", b, a.rows(), r.rows());
    requireCostOfStates("Q", q, a.rows());
    Shapes.requireDefinite("R", r);
    Matrix steps = a;
    Matrix inputs = b.times(r.solvePositiveDefinite(b.transpose())).symmetrized();
    Matrix cost = q;
    for (int k = 0; k < DOUBLINGS; k++) {
      Matrix mixed = Matrix.identity(a.rows()).plus(inputs.times(cost));
      Matrix bySteps = mixed.solve(steps);
      Matrix byInputs = mixed.solve(inputs);
      Matrix more = steps.transpose().times(cost).times(bySteps).symmetrized();
      inputs = inputs.plus(steps.times(byInputs).times(steps.transpose())).symmetrized();
      steps = steps.times(bySteps);
      cost = cost.plus(more);
      if (!Double.isFinite(cost.norm()) || !Double.isFinite(steps.norm())) {
        break;
      }
      if (more.norm() <= 1e-15 * cost.norm()) {
        return stabilizing(a, b, new Gain(gain(a, b, r, cost), cost));
      }
    }
    throw new UsageException(
        "expected inputs that can bring every state to 0, found one whose cost has no bound");
  }

  private static Gain stabilizing(Matrix a, Matrix b, Gain found) {
    double radius = a.minus(b.times(found.gain())).spectralRadius();
    if (radius >= 1) {
      throw new UsageException(
          "expected costs whose least feedback stabilizes, "
              + "found one that leaves an eigenvalue of magnitude "
              + radius);
    }
    return found;
  }

  /** {@code (R + B' S B)^-1 B' S A}. */
  private static Matrix gain(Matrix a, Matrix b, Matrix r, Matrix s) {
    Matrix byInput = b.transpose().times(s);
    return r.plus(byInput.times(b)).symmetrized().solvePositiveDefinite(byInput.times(a));
  }

  private static void requireFit(
      String nameOfA, Matrix a, String nameOfB, Matrix b, int states, int inputs) {
    Shapes.require(nameOfA, a, states, states);
    Shapes.require(nameOfB, b, states, inputs);
  }

  private static void requireCostOfStates(String name, Matrix cost, int states) {
    Shapes.require(name, cost, states, states);
    Shapes.requireSemidefinite(name, cost);
  }
}
