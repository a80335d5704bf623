package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;

/**
 * An op that ends in a loss: {@code [1]} in the master type, times {@link
 * ForwardContext#lossScale()}. Its first input is what was computed and alone has a gradient, which
 * the forward prepares; the others are targets. It is never computed again.
 *
 * <p>Backward: the prepared gradient times that of the loss.
 */
interface Loss extends Op {
  /** Name under which the forward keeps the gradient of the first input, as if its own were 1. */
  String GRADIENT = "gradient";

  @Override
  default Precision precision() {
    return Precision.MASTER;
  }

  @Override
  default boolean differentiableBy(int input) {
    return input == 0;
  }

  @Override
  default Cost cost() {
    return Cost.ONCE;
  }

  @Override
  default Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  /**
   * Gives the first input {@code [tokens, hidden]}, of which only the rows at the positions in the
   * second were read, the prepared gradient of those rows times that of the loss.
   */
  static void addToPositions(BackwardContext context) {
    if (context.wants(0)) {
      Tensor gradient = context.gradient(0).allocate().zero();
      gradient.indexCopyInPlace(0, context.input(1), context.extra(GRADIENT));
      context.gradient(0).add(gradient.mulInPlace(context.upstream().as(gradient.dtype())));
    }
  }

  @Override
  default void backward(BackwardContext context) {
    if (context.wants(0)) {
      Tensor gradient = context.extra(GRADIENT).mul(context.upstream());
      context.gradient(0).add(gradient.as(context.computeType()));
    }
  }
}
