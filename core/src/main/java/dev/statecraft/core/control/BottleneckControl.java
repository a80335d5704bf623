package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code x_v' = x_v + s (B f(h) + b)}, {@code h = A x_u + a}.
 *
 * <p>Backward, with {@code g = f'(h) (s dy B)}: {@code dx_v = dy}, {@code dx_u = g A}, {@code dA =
 * g^T x_u}, {@code da = sum g}, {@code dB = s dy^T f(h)}, {@code db = s sum dy}; h is recomputed.
 */
record BottleneckControl(double scale, Activation.Kind activation) implements ControlOp {
  private static final int A = 0;
  private static final int B = 1;
  private static final int A_BIAS = 2;
  private static final int B_BIAS = 3;

  @Override
  public String name() {
    return "bottleneck_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    return ControlShapes.infer(inputs, parameters, true);
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(U);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor h = ThinProducts.linear(context, ControlOp.u(context), A);
    Tensor activated = activation.apply(h.addInPlace(context.parameter(A_BIAS)));
    return ThinProducts.add(context, ControlOp.sum(context), activated, B, scale)
        .addInPlace(context.parameter(B_BIAS), scale);
  }

  private static Tensor hidden(EdgeContext context) {
    return ControlOp.u(context).linear(context.parameter(A)).addInPlace(context.parameter(A_BIAS));
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    Tensor h = hidden(context);
    Tensor f = activation.apply(h);
    Tensor g = dy.matmul(context.parameter(B)).mulInPlace(scale);
    activation.backwardInto(g, g, activation.readsOutput() ? f : h);
    if (context.wantsParameter(A)) {
      context.parameterGradient(A).addMatmul(g.t(), ControlOp.u(context), 1);
    }
    if (context.wantsParameter(B)) {
      context.parameterGradient(B).addMatmul(dy.t(), f, scale);
    }
    if (context.wantsParameter(A_BIAS)) {
      context.parameterGradient(A_BIAS).add(g.sum(0, context.computeType().master()));
    }
    if (context.wantsParameter(B_BIAS)) {
      context
          .parameterGradient(B_BIAS)
          .add(dy.sum(0, context.computeType().master()).mulInPlace(scale));
    }
    if (context.wants(U)) {
      context.gradient(U).addMatmul(g, context.parameter(A), 1);
    }
    ControlOp.addToV(context);
  }
}
