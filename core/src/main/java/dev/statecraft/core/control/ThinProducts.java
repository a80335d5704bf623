package dev.statecraft.core.control;

import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.OneRow;

/**
 * The products of an edge's thin matrices. Where values are final, edges of one state share the
 * first of them, the second factor is kept with its columns as rows, and the one new row of a text
 * that is written goes through {@link OneRow}.
 */
final class ThinProducts {
  private ThinProducts() {}

  /**
   * {@code A x} of the op's {@linkplain dev.statecraft.core.graph.Op#thinParameter thin matrix},
   * with x what dropout leaves of the edge's second input; with those of other edges in one product
   * where the plan has found such.
   */
  static Tensor hidden(ForwardContext context, Tensor x, int thin) {
    return context.joined().orElseGet(() -> linear(context, x, thin));
  }

  /** {@code W x}, with x {@code [rows, in]} and a parameter W {@code [out, in]}. */
  static Tensor linear(ForwardContext context, Tensor x, int weight) {
    Tensor matrix = context.parameter(weight);
    return isOneRow(context, x) && OneRow.suits(x, matrix)
        ? OneRow.linear(x, matrix)
        : x.linear(matrix);
  }

  /** {@code y = y + s B h}, with h {@code [rows, rank]} and a parameter B {@code [out, rank]}. */
  static Tensor add(ForwardContext context, Tensor y, Tensor h, int matrix, double scale) {
    if (!context.valuesAreFinal()) {
      return y.addmmInPlace(h, context.parameter(matrix).t(), 1, scale);
    }
    Tensor transposed =
        context.derived(
            "transposed " + matrix,
            () -> context.masterParameter(matrix).t().as(context.computeType()).contiguous());
    if (isOneRow(context, h) && OneRow.suits(h, transposed)) {
      OneRow.addProduct(y, h, transposed, scale);
      return y;
    }
    return y.addmmInPlace(h, transposed, 1, scale);
  }

  private static boolean isOneRow(ForwardContext context, Tensor x) {
    return context.valuesAreFinal() && context.cache().isPresent() && x.size(0) == 1;
  }
}
