package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code x_v' = x_v + s (B h + b)}, {@code h = A x + a}, {@code x = dropout(x_u)}.
 *
 * <p>Backward, with dy the gradient of x_v' and {@code g = s dy B [n, r]}: {@code dx_v = dy},
 * {@code dx = g A}, {@code dA = g^T x}, {@code da = sum g}, {@code dB = s dy^T h}, {@code db = s
 * sum dy}. h is thin and recomputed, so the edge stores nothing of its own: it reads x_u alone.
 */
record LowRankControl(double scale, boolean bias, double dropout) implements Op {
  private static final int V = 0;
  private static final int U = 1;
  private static final int A = 0;
  private static final int B = 1;
  private static final int A_BIAS = 2;
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
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(U, demand.parameter(A) || demand.parameter(B));
  }

  @Override
  public int overwrites() {
    return V;
  }

  @Override
  public int passesGradientTo() {
    return V;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = new Dropout(dropout, context).apply(context.input(U), context);
    Tensor h = hidden(x, context);
    Tensor v = context.input(V);
    Tensor result = context.mayOverwrite(V) ? v.share() : v.copy();
    result.addmmInPlace(h, context.parameter(B).t(), 1, scale);
    if (bias) {
      result.addInPlace(context.parameter(B_BIAS), scale);
    }
    return result;
  }

  private Tensor hidden(Tensor x, EdgeContext context) {
    Tensor h = x.linear(context.parameter(A));
    return bias ? h.addInPlace(context.parameter(A_BIAS)) : h;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    Dropout drop = new Dropout(dropout, context);
    Tensor g = dy.matmul(context.parameter(B)).mulInPlace(scale);
    if (context.wantsParameter(A) || context.wantsParameter(B)) {
      Tensor x = drop.apply(context.input(U), context);
      if (context.wantsParameter(A)) {
        context.parameterGradient(A).addMatmul(g.t(), x, 1);
      }
      if (context.wantsParameter(B)) {
        context.parameterGradient(B).addMatmul(dy.t(), hidden(x, context), scale);
      }
    }
    if (bias && context.wantsParameter(A_BIAS)) {
      context.parameterGradient(A_BIAS).add(g.sum(0, context.computeType().master()));
    }
    if (bias && context.wantsParameter(B_BIAS)) {
      context
          .parameterGradient(B_BIAS)
          .add(dy.sum(0, context.computeType().master()).mulInPlace(scale));
    }
    if (context.wants(U)) {
      if (drop.isActive()) {
        context.gradient(U).add(drop.backward(g.matmul(context.parameter(A)), context));
      } else {
        context.gradient(U).addMatmul(g, context.parameter(A), 1);
      }
    }
    if (context.wants(V)) {
      context.gradient(V).add(dy);
    }
  }
}
