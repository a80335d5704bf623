package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.op.DropoutMask;
import dev.statecraft.tensor.Tensor;

/**
 * {@code s B h}, {@code h = A x + a}, {@code x = dropout(x_u)}: what ops with inputs (x_v, x_u) and
 * parameters that begin with A and B add to a state.
 *
 * <p>Backward, with dy the gradient of the sum and {@code g = s dy B [n, r]}: {@code dx = g A},
 * {@code dA = g^T x}, {@code da = sum g}, {@code dB = s dy^T h}. h is thin and computed again, so
 * the branch stores nothing of its own: it reads x_u alone.
 *
 * @param scale s
 * @param dropout probability with which an element of x_u is dropped
 * @param bias whether a is there, as third parameter
 */
record LowRankBranch(double scale, double dropout, boolean bias) {
  static final int U = ControlOp.U;
  static final int A = 0;
  static final int B = 1;
  private static final int A_BIAS = 2;

  /** Adds the branch to {@code sum}. */
  void addTo(Tensor sum, ForwardContext context) {
    Tensor x = new DropoutMask(dropout, context).apply(ControlOp.u(context));
    Tensor h = shifted(ThinProducts.hidden(context, x, A), context);
    ThinProducts.add(context, sum, h, B, scale);
  }

  private Tensor shifted(Tensor h, EdgeContext context) {
    return bias ? h.addInPlace(context.parameter(A_BIAS)) : h;
  }

  /** Adds the gradients that are wanted, given that of the sum, which it only reads. */
  void backward(Tensor dy, BackwardContext context) {
    DropoutMask drop = new DropoutMask(dropout, context);
    Tensor g = dy.matmul(context.parameter(B));
    if (scale != 1) {
      g.mulInPlace(scale);
    }
    Tensor a = context.parameter(A);
    if (context.wantsParameter(A) || context.wantsParameter(B)) {
      Tensor x = drop.apply(ControlOp.u(context));
      if (context.wantsParameter(A)) {
        context.parameterGradient(A).addMatmul(g.t(), x, 1);
      }
      if (context.wantsParameter(B)) {
        context.parameterGradient(B).addMatmul(dy.t(), shifted(x.linear(a), context), scale);
      }
    }
    if (bias && context.wantsParameter(A_BIAS)) {
      context.parameterGradient(A_BIAS).add(g.sum(0, context.computeType().master()));
    }
    ControlOp.addToU(context, U, g, () -> a, drop);
  }
}
