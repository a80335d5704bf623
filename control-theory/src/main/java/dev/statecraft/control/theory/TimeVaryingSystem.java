package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear system that changes from step to step, {@code x_(t+1) = A_t x_t + B_t u_t}: what a
 * network is near one of its runs, with layers as steps. Sizes may change from step to step.
 *
 * @param a A_0 to A_(T-1): {@code [states of step t + 1, states of step t]}
 * @param b B_0 to B_(T-1): {@code [states of step t + 1, inputs of step t]}
 */
public record TimeVaryingSystem(List<Matrix> a, List<Matrix> b) {
  /**
   * Checks shapes.
   *
   * @throws UsageException if they do not fit
   */
  public TimeVaryingSystem {
    a = List.copyOf(a);
    b = List.copyOf(b);
    Shapes.requireAtLeast("a horizon", 1, a.size());
    Shapes.requireSame("input matrices, one for each step", a.size(), b.size());
    for (int t = 0; t < a.size(); t++) {
      if (t > 0) {
        Shapes.requireColumns("A_" + t, a.get(t), a.get(t - 1).rows());
      }
      Shapes.requireRows("B_" + t, b.get(t), a.get(t).rows());
    }
  }

  /** How many steps it has. */
  public int horizon() {
    return a.size();
  }

  /**
   * {@code A_(to-1) ... A_from}: what becomes of x_from until x_to; the identity if both are one.
   */
  public Matrix transition(int from, int to) {
    if (from < 0 || to > horizon() || from > to) {
      throw new UsageException(
          "expected steps within 0 and %d, found from %d to %d".formatted(horizon(), from, to));
    }
    Matrix transition = Matrix.identity(from == 0 ? a.get(0).columns() : a.get(from - 1).rows());
    for (int t = from; t < to; t++) {
      transition = a.get(t).times(transition);
    }
    return transition;
  }

  /** x_0 to x_T from a first state under inputs u_0 to u_(T-1), all of one column. */
  public List<Matrix> simulate(Matrix first, List<Matrix> inputs) {
    Shapes.require("the first state", first, a.get(0).columns(), 1);
    Shapes.requireSame("inputs, one for each step", horizon(), inputs.size());
    List<Matrix> states = new ArrayList<>(List.of(first));
    for (int t = 0; t < horizon(); t++) {
      Shapes.require("u_" + t, inputs.get(t), b.get(t).columns(), 1);
      states.add(a.get(t).times(states.get(t)).plus(b.get(t).times(inputs.get(t))));
    }
    return List.copyOf(states);
  }
}
