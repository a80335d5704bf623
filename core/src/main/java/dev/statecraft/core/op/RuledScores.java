package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;

/**
 * Scores of tokens from products with the table, {@code [rows, vocab]}, by a {@link ScoreRule}.
 *
 * @param rule not the plain one, which changes nothing
 */
public record RuledScores(ScoreRule rule) implements RowOp {
  @Override
  public String name() {
    return "ruled_scores";
  }

  @Override
  public Reads reads(Demand demand) {
    return rule.isCapped() ? Reads.OUTPUT : Reads.NOTHING;
  }

  @Override
  public int overwrites() {
    return 0;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor products = context.input(0);
    return rule.applyInPlace(context.mayOverwrite(0) ? products.share() : products.copy());
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wants(0)) {
      Tensor gradient = context.upstream().copy();
      rule.backwardInPlace(
          gradient, rule.isCapped() ? context.output().copy() : context.upstream());
      context.gradient(0).add(gradient);
    }
  }
}
