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
 * {@code x_v' = x_v + s (B h + b)}, {@code h = A x + a}: a {@link LowRankBranch} and a bias.
 *
 * <p>Backward, with dy the gradient of x_v': {@code dx_v = dy}, {@code db = s sum dy}, and the
 * branch's.
 */
record LowRankControl(double scale, boolean bias, double dropout) implements ControlOp {
  private static final int B_BIAS = 3;

  @Override
  public String name() {
    return "low_rank_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    return ControlShapes.infer(inputs, parameters, bias);
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(
        LowRankBranch.U, demand.parameter(LowRankBranch.A) || demand.parameter(LowRankBranch.B));
  }

  private LowRankBranch branch() {
    return new LowRankBranch(scale, dropout, bias);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor result = ControlOp.sum(context);
    branch().addTo(result, context);
    return bias ? result.addInPlace(context.parameter(B_BIAS), scale) : result;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    branch().backward(dy, context);
    if (bias && context.wantsParameter(B_BIAS)) {
      context
          .parameterGradient(B_BIAS)
          .add(dy.sum(0, context.computeType().master()).mulInPlace(scale));
    }
    if (context.wants(V)) {
      context.gradient(V).add(dy);
    }
  }
}
