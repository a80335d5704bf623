package dev.statecraft.core.control;

import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.tensor.Tensor;

/**
 * An op {@code x_v' = x_v + g(x_u)} with inputs (x_v, x_u): it may write over x_v, whose gradient
 * is that of x_v', and is cheap enough to be computed again.
 */
interface ControlOp extends Op {
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
    return context.input(U).as(context.computeType());
  }

  /** A tensor with x_v in it, to which g is added. */
  static Tensor sum(ForwardContext context) {
    Tensor v = context.input(V);
    return context.mayOverwrite(V) ? v.share() : v.copy();
  }
}
