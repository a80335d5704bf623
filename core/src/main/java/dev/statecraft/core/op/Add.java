package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * A residual connection, {@code y = a + dropout(b)}: a is the residual stream, b what a block adds
 * to it, both {@code [rows, features]}. May turn b's storage into the output, since a is usually
 * read again.
 *
 * <p>Backward: {@code da = dy}, {@code db = dy}, unchanged and one tensor for both where nothing is
 * dropped; so it {@linkplain #passesGradientTo passes} its gradient to neither alone. With {@link
 * DropoutMask}, {@code db = dy * m / (1 - p)}.
 *
 * @param dropout probability with which a number of b is dropped in training
 */
public record Add(double dropout) implements RowOp {
  public Add {
    DropoutMask.check(dropout);
  }

  /** A sum of which nothing is dropped. */
  public Add() {
    this(0);
  }

  @Override
  public String name() {
    return "add";
  }

  @Override
  public List<String> roles() {
    return List.of("first term", "second term");
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public int overwrites() {
    return 1;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor first = context.input(0);
    Tensor second = context.input(1);
    DropoutMask mask = new DropoutMask(dropout, context);
    if (mask.isActive()) {
      Tensor kept = context.mayOverwrite(1) ? mask.applyInPlace(second) : mask.apply(second);
      return kept.addInPlace(first).share();
    }
    return context.mayOverwrite(1) ? second.addInPlace(first).share() : first.add(second);
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wants(0)) {
      context.gradient(0).add(context.upstream());
    }
    if (context.wants(1)) {
      context.gradient(1).add(new DropoutMask(dropout, context).apply(context.upstream()));
    }
  }
}
