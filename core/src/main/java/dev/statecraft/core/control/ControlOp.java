package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.op.DropoutMask;
import dev.statecraft.tensor.Tensor;
import java.util.function.Supplier;

/**
 * An op {@code x_v' = x_v + g(x_u)} with inputs (x_v, x_u): it may write over x_v, whose gradient
 * is that of x_v', and is cheap enough to be computed again.
 */
public interface ControlOp extends Op {
  int V = 0;
  int U = 1;

  @Override
  default Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  default int overwrites() {
    return V;
  }

  @Override
  default int passesGradientTo() {
    return V;
  }

  /** x_u in the model's type: tables are held in the master type. */
  static Tensor u(EdgeContext context) {
    return input(context, U);
  }

  /**
   * Adds the gradient of x_u, if it is wanted: {@code g m}, of what the dropout let through.
   *
   * @param g {@code [rows, r]}
   * @param m {@code [r, in]}, asked for only where it is needed
   */
  static void addToU(
      BackwardContext context, int u, Tensor g, Supplier<Tensor> m, DropoutMask drop) {
    if (!context.wants(u)) {
      return;
    }
    if (drop.isActive()) {
      context.gradient(u).add(drop.applyInPlace(g.matmul(m.get())));
    } else {
      context.gradient(u).addMatmul(g, m.get(), 1);
    }
  }

  /** Adds the gradient of x_v, which is that of the sum, if it is wanted. */
  static void addToV(BackwardContext context) {
    if (context.wants(V)) {
      context.gradient(V).add(context.upstream());
    }
  }

  /** x in the model's type. */
  static Tensor input(EdgeContext context, int index) {
    return context.input(index).as(context.computeType());
  }

  /** A tensor with x_v in it, to which g is added. */
  static Tensor sum(ForwardContext context) {
    Tensor v = context.input(V);
    return context.mayOverwrite(V) ? v.share() : v.copy();
  }
}
