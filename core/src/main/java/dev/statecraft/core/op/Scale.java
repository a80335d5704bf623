package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;

/**
 * {@code y = f x} with a constant f, {@code [rows, features]}: the multipliers of Gemma's
 * embeddings and of Granite's. Backward: {@code dx = f dy}.
 *
 * @param factor f
 * @param rounded whether f is rounded to the model's type first, as Gemma's is
 */
public record Scale(double factor, boolean rounded) implements RowOp {
  @Override
  public String name() {
    return "scale";
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
    Tensor y = context.mayOverwrite(0) ? x.share() : context.torch().empty(x.dtype(), x.shape());
    return scaled(y, x);
  }

  @Override
  public void backward(BackwardContext context) {
    if (!context.wants(0)) {
      return;
    }
    Tensor upstream = context.upstream();
    Tensor gradient = context.ownsUpstream() ? upstream : context.gradient(0).allocate();
    context.gradient(0).add(scaled(gradient, upstream));
  }

  private Tensor scaled(Tensor target, Tensor x) {
    return rounded
        ? target.setToProduct(x, x.torch().full(x.dtype(), factor, 1))
        : target.setToProduct(x, factor);
  }
}
