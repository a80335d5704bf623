package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.DropoutMask;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code x_v' = x_v + s B A p}, {@code p = means(dropout(x_u))}, a mean for each group of
 * neighbouring features (Xu et al. 2023, section 3.3).
 *
 * <p>Backward, with dy the gradient of x_v' and {@code g = s dy B [n, r]}: {@code dx_v = dy},
 * {@code dA = g^T p}, {@code dB = s dy^T (A p)}, {@code dx = g A'}, where A' has the column of a
 * group over its size for each of its features. p is computed again, so it reads x_u alone.
 */
record PooledLowRankControl(double scale, int group, double dropout) implements ControlOp {
  private static final int A = 0;
  private static final int B = 1;

  @Override
  public String name() {
    return "pooled_low_rank_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    State v = inputs.get(V);
    State u = inputs.get(U);
    ControlShapes.rowsAgree(v, u);
    long rank = parameters.get(A).size(0);
    ControlShapes.expect(
        parameters.get(A), rank, new InputGroups(u.shape().features(), group).count());
    ControlShapes.expect(parameters.get(B), v.shape().features(), rank);
    return v.shape();
  }

  @Override
  public Reads reads(Demand demand) {
    // For the gradient of x_u alone too: its width says how large the last group is.
    return Reads.NOTHING.andInput(U, demand.input(U) || demand.parameter(A) || demand.parameter(B));
  }

  private InputGroups groups(Tensor x) {
    return new InputGroups(x.size(1), group);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor result = ControlOp.sum(context);
    Tensor x = new DropoutMask(dropout, context).apply(ControlOp.u(context));
    Tensor h = ThinProducts.linear(context, groups(x).means(x), A);
    return ThinProducts.add(context, result, h, B, scale);
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    DropoutMask drop = new DropoutMask(dropout, context);
    Tensor a = context.parameter(A);
    Tensor g = dy.matmul(context.parameter(B));
    if (scale != 1) {
      g.mulInPlace(scale);
    }
    if (context.wantsParameter(A) || context.wantsParameter(B)) {
      Tensor x = drop.apply(ControlOp.u(context));
      Tensor means = groups(x).means(x);
      if (context.wantsParameter(A)) {
        context.parameterGradient(A).addMatmul(g.t(), means, 1);
      }
      if (context.wantsParameter(B)) {
        context.parameterGradient(B).addMatmul(dy.t(), means.linear(a), scale);
      }
    }
    ControlOp.addToU(context, U, g, () -> groups(context.input(U)).spread(a), drop);
    ControlOp.addToV(context);
  }
}
