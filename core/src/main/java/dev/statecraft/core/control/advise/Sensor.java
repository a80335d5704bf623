package dev.statecraft.core.control.advise;

import dev.statecraft.core.control.ControlOp;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * An op with the ends of a control edge, (x_v, x_u), that passes x_v on and whose backward
 * measures. What it measures are sums over rows, which it adds to the gradients of its parameters:
 * these hold sums rather than slopes, as {@link Sensors} knows, who reads them.
 *
 * <p>Parameters: A {@code [r, in]}, random and frozen; B {@code [out, r]}; moments {@code [r, r]};
 * effects {@code [outputs, outputs + 1]}.
 */
interface Sensor extends ControlOp {
  int A = 0;
  int B = 1;
  int MOMENTS = 2;
  int EFFECTS = 3;

  /** The parameters, in order. */
  static List<Parameter> parameters(Candidate candidate, int rank, int outputs, long in, long out) {
    return List.of(
        Parameter.shared(
            candidate.parameter("A"), Initializer.normal(1 / Math.sqrt((double) in)), rank, in),
        Parameter.control(candidate.parameter("B"), Initializer.ZEROS, out, rank),
        Parameter.control(candidate.parameter("moments"), Initializer.ZEROS, rank, rank),
        Parameter.control(candidate.parameter("effects"), Initializer.ZEROS, outputs, outputs + 1));
  }

  @Override
  default Shape infer(List<State> inputs, List<Parameter> parameters) {
    State v = inputs.get(V);
    State u = inputs.get(U);
    if (!v.shape().withFeatures(1).equals(u.shape().withFeatures(1))) {
      throw new GraphException("expected states with the same rows, found " + u + " and " + v);
    }
    return v.shape();
  }

  @Override
  default Reads reads(Demand demand) {
    return Reads.inputs(U);
  }

  @Override
  default Tensor forward(ForwardContext context) {
    return ControlOp.sum(context);
  }

  @Override
  default void backward(BackwardContext context) {
    measure(ControlOp.u(context), context.upstream(), context);
    ControlOp.addToV(context);
  }

  /**
   * Adds what is measured to the gradients of the parameters.
   *
   * @param x x_u {@code [rows, in]}
   * @param dy gradient of x_v {@code [rows, out]}
   */
  void measure(Tensor x, Tensor dy, BackwardContext context);
}
