package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.List;
import org.ojalgo.matrix.store.MatrixStore;
import org.ojalgo.matrix.store.R064Store;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.convex.ConvexSolver;

/**
 * Inputs planned over a horizon N, of which one applies the first and plans again. The plan
 * minimizes {@code sum_(t = 1)^N (x_t - r)' Q (x_t - r) + sum_(t < N) u_t' R u_t} along {@code
 * x_(t+1) = A x_t + B u_t}.
 *
 * <p>States are eliminated: with all states in one column, {@code X = F x_0 + H U}, what remains is
 * a quadratic of U with the matrix {@code H' Q H + R} (Maciejowski, Predictive Control with
 * Constraints, 2002, section 3.1). Without bounds on inputs its minimum is the solution of a linear
 * system; within a {@link InputBox} it is ojAlgo's active-set method that finds it.
 *
 * @param system whose A and B are used
 * @param q {@code [states, states]}, symmetric and positive semidefinite
 * @param r {@code [inputs, inputs]}, symmetric and positive definite
 * @param horizon N
 */
public record ModelPredictiveControl(LinearSystem system, Matrix q, Matrix r, int horizon) {
  /**
   * Checks shapes.
   *
   * @throws UsageException if they do not fit, or the horizon is below 1
   */
  public ModelPredictiveControl {
    Shapes.require("Q", q, system.states(), system.states());
    Shapes.requireSymmetric("Q", q);
    Shapes.require("R", r, system.inputs(), system.inputs());
    Shapes.requireSymmetric("R", r);
    Shapes.requireAtLeast("a horizon", 1, horizon);
  }

  /**
   * A plan.
   *
   * @param inputs u_0 to u_(N-1), {@code [inputs, 1]} each
   * @param states x_0 to x_N, {@code [states, 1]} each
   * @param cost the sum that was minimized
   */
  public record Plan(List<Matrix> inputs, List<Matrix> states, double cost) {
    /** Keeps copies of the lists. */
    public Plan {
      inputs = List.copyOf(inputs);
      states = List.copyOf(states);
    }
  }

  /** {@code U' G U + 2 h' U} and a constant. */
  private record Quadratic(Matrix g, Matrix h) {}

  /**
   * The plan from x_0 to a reference, without bounds.
   *
   * @param first x_0, {@code [states, 1]}
   * @param reference r, {@code [states, 1]}
   */
  public Plan plan(Matrix first, Matrix reference) {
    Quadratic quadratic = quadratic(first, reference);
    return planOf(first, reference, quadratic.g().solvePositiveDefinite(quadratic.h()).scaled(-1));
  }

  /**
   * The plan whose inputs are within a box at every step.
   *
   * @throws UsageException if shapes do not fit, or the solver finds no minimum
   */
  public Plan plan(Matrix first, Matrix reference, InputBox box) {
    Shapes.require("lower bounds", box.lower(), system.inputs(), 1);
    Quadratic quadratic = quadratic(first, reference);
    MatrixStore<Double> eye = R064Store.FACTORY.makeEye(quadratic.g().rows(), quadratic.g().rows());
    Matrix upper = repeated(box.upper());
    Matrix lower = repeated(box.lower());
    ConvexSolver solver =
        ConvexSolver.newBuilder()
            .objective(quadratic.g().store(), quadratic.h().scaled(-1).store())
            .inequalities(eye.below(eye.negate()), upper.above(lower.scaled(-1)).store())
            .build();
    Optimisation.Result result = solver.solve();
    if (!result.getState().isOptimal()) {
      throw new UsageException(
          "expected a plan within the box, found that the solver ends " + result.getState());
    }
    double[][] inputs = new double[quadratic.g().rows()][1];
    for (int i = 0; i < inputs.length; i++) {
      // The solver keeps bounds up to its tolerance; a motor keeps them altogether.
      inputs[i][0] = Math.min(Math.max(result.doubleValue(i), lower.at(i, 0)), upper.at(i, 0));
    }
    return planOf(first, reference, Matrix.of(inputs));
  }

  private Matrix repeated(Matrix bounds) {
    return Matrix.blocks(horizon, 1, (t, ignored) -> bounds);
  }

  private Quadratic quadratic(Matrix first, Matrix reference) {
    Shapes.require("the first state", first, system.states(), 1);
    Shapes.require("the reference", reference, system.states(), 1);
    List<Matrix> responses = new ArrayList<>(List.of(system.b()));
    List<Matrix> misses = new ArrayList<>();
    Matrix free = first;
    for (int t = 0; t < horizon; t++) {
      responses.add(system.a().times(responses.get(t)));
      free = system.a().times(free);
      misses.add(free.minus(reference));
    }
    Matrix none = Matrix.zeros(system.states(), system.inputs());
    Matrix h = Matrix.blocks(horizon, horizon, (t, s) -> s > t ? none : responses.get(t - s));
    Matrix weighted =
        Matrix.blocks(horizon, horizon, (t, s) -> s > t ? none : q.times(responses.get(t - s)));
    Matrix rest = Matrix.zeros(system.inputs(), system.inputs());
    Matrix efforts = Matrix.blocks(horizon, horizon, (t, s) -> s == t ? r : rest);
    return new Quadratic(
        h.transpose().times(weighted).plus(efforts).symmetrized(),
        weighted.transpose().times(Matrix.blocks(horizon, 1, (t, ignored) -> misses.get(t))));
  }

  private Plan planOf(Matrix first, Matrix reference, Matrix stacked) {
    List<Matrix> inputs = new ArrayList<>();
    for (int t = 0; t < horizon; t++) {
      inputs.add(stacked.block(t * system.inputs(), 0, system.inputs(), 1));
    }
    List<Matrix> states = system.simulate(first, inputs).states();
    double cost = 0;
    for (int t = 0; t < horizon; t++) {
      cost += q.quadratic(states.get(t + 1).minus(reference)) + r.quadratic(inputs.get(t));
    }
    return new Plan(inputs, states, cost);
  }
}
