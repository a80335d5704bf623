package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.DropoutMask;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code h = A dropout(x_u) + a}, {@code [rows, r]}: the thin half of a {@link LowRank} control, as
 * a state of its own that several edges read.
 *
 * <p>Backward: {@code dA = dh^T x}, {@code da = sum dh}, {@code dx = dh A}.
 *
 * @param bias whether a is there, as second parameter
 * @param dropout probability with which an element of x_u is dropped
 */
record LowRankHidden(boolean bias, double dropout) implements Op {
  private static final int U = 0;
  private static final int A = 0;
  private static final int A_BIAS = 1;

  @Override
  public String name() {
    return "low_rank_hidden";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    if (inputs.size() != 1 || parameters.size() != (bias ? 2 : 1)) {
      throw new GraphException("expected x_u, A" + (bias ? " and a" : "") + ", found " + inputs);
    }
    Parameter a = parameters.get(A);
    ControlShapes.expect(a, a.size(0), inputs.get(U).shape().features());
    if (bias) {
      ControlShapes.expect(parameters.get(A_BIAS), a.size(0));
    }
    return inputs.get(U).shape().withFeatures(a.size(0));
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(U, demand.parameter(A));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = new DropoutMask(dropout, context).apply(ControlOp.input(context, U));
    Tensor h = ThinProducts.linear(context, x, A);
    return bias ? h.addInPlace(context.parameter(A_BIAS)) : h;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dh = context.upstream();
    DropoutMask drop = new DropoutMask(dropout, context);
    if (context.wantsParameter(A)) {
      context.parameterGradient(A).addMatmul(dh.t(), drop.apply(ControlOp.input(context, U)), 1);
    }
    if (bias && context.wantsParameter(A_BIAS)) {
      context.parameterGradient(A_BIAS).add(dh.sum(0, context.computeType().master()));
    }
    ControlOp.addToU(context, U, dh, () -> context.parameter(A), drop);
  }
}
