package dev.statecraft.core.control;

import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.OneRow;

/**
 * The products of an edge's thin matrices. Where a text is written, its one new row is multiplied
 * by {@link OneRow}, with values as they are held: those that are trained in the master type, so
 * that none is converted for each token.
 */
final class ThinProducts {
  private ThinProducts() {}

  /**
   * {@code A x} of the op's {@linkplain dev.statecraft.core.graph.Op#thinParameter thin matrix},
   * with x what dropout leaves of the edge's second input; with those of other edges in one product
   * where the plan has found such.
   */
  static Tensor hidden(ForwardContext context, Tensor x, int thin) {
    return isOneRow(context, x, thin)
        ? linear(context, x, thin)
        : context.joined().orElseGet(() -> linear(context, x, thin));
  }

  /** {@code W x}, with x {@code [rows, in]} and a parameter W {@code [out, in]}. */
  static Tensor linear(ForwardContext context, Tensor x, int weight) {
    if (isOneRow(context, x, weight)) {
      return OneRow.linear(x, context.masterParameter(weight));
    }
    return x.linear(context.parameter(weight));
  }

  /** {@code y = y + s B h}, with h {@code [rows, rank]} and a parameter B {@code [out, rank]}. */
  static Tensor add(ForwardContext context, Tensor y, Tensor h, int matrix, double scale) {
    if (isOneRow(context, h, matrix)) {
      OneRow.addProduct(y, h, context.masterParameter(matrix), scale);
      return y;
    }
    return y.addmmInPlace(h, context.parameter(matrix).t(), 1, scale);
  }

  private static boolean isOneRow(ForwardContext context, Tensor x, int parameter) {
    return context.cache().isPresent() && OneRow.suits(x, context.masterParameter(parameter));
  }
}
