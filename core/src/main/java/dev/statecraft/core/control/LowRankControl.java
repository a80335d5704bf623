package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code x_v' = x_v + s (B h + b)}, {@code h = A x + a}: a {@link LowRankBranch} and a bias, where
 * there are biases.
 *
 * <p>Backward, with dy the gradient of x_v': {@code dx_v = dy}, {@code db = s sum dy}, and the
 * branch's.
 */
record LowRankControl(double scale, Biases biases, double dropout) implements ControlOp {
  /** Which biases follow A and B among the parameters. */
  enum Biases {
    NONE,
    /** b alone, as LoRA's {@code lora_B} may have one. */
    OUTER,
    /** a and b. */
    BOTH;

    /** Whether a is there, as third parameter. */
    boolean inner() {
      return this == BOTH;
    }

    /** Whether b is there, as last parameter. */
    boolean outer() {
      return this != NONE;
    }
  }

  @Override
  public String name() {
    return "low_rank_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Shape shape = ControlShapes.infer(inputs, parameters, biases.inner());
    if (biases == Biases.OUTER) {
      ControlShapes.expect(parameters.get(outer()), shape.features());
    }
    return shape;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(
        LowRankBranch.U, demand.parameter(LowRankBranch.A) || demand.parameter(LowRankBranch.B));
  }

  @Override
  public int thinParameter() {
    return LowRankBranch.A;
  }

  private LowRankBranch branch() {
    return new LowRankBranch(scale, dropout, biases.inner());
  }

  /** Where b is among the parameters. */
  private int outer() {
    return biases.inner() ? 3 : 2;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor result = ControlOp.sum(context);
    branch().addTo(result, context);
    return biases.outer() ? result.addInPlace(context.parameter(outer()), scale) : result;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    branch().backward(dy, context);
    if (biases.outer() && context.wantsParameter(outer())) {
      context
          .parameterGradient(outer())
          .add(dy.sum(0, context.computeType().master()).mulInPlace(scale));
    }
    ControlOp.addToV(context);
  }
}
