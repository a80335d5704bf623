package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;

/**
 * Dropout of a state {@code [rows, features]} in training: {@code y = x * m / (1 - p)}, see {@link
 * DropoutMask}; {@code y = x} otherwise. Backward: {@code dx = dy * m / (1 - p)}.
 *
 * @param p probability with which a number is dropped
 */
public record Dropout(double p) implements RowOp {
  public Dropout {
    DropoutMask.check(p);
  }

  @Override
  public String name() {
    return "dropout";
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public int overwrites() {
    return 0;
  }

  @Override
  public int passesGradientTo() {
    return 0;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    DropoutMask mask = new DropoutMask(p, context);
    if (context.mayOverwrite(0)) {
      return mask.applyInPlace(x).share();
    }
    return mask.isActive() ? mask.apply(x) : x.copy();
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wants(0)) {
      DropoutMask mask = new DropoutMask(p, context);
      Tensor dy = context.upstream();
      context.gradient(0).add(context.ownsUpstream() ? mask.applyInPlace(dy) : mask.apply(dy));
    }
  }
}
