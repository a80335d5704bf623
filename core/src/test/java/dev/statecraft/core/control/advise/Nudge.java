package dev.statecraft.core.control.advise;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * Adds an amount to one feature of one row of a state, and of those that are whole periods later.
 */
record Nudge(int row, int period, int feature, double amount) implements Op {
  @Override
  public String name() {
    return "nudge";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    return inputs.get(0).shape();
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor nudged = context.input(0).copy();
    for (long at = row; at < nudged.size(0); at += period) {
      nudged.narrow(0, at, 1).narrow(1, feature, 1).addScalarInPlace(amount);
    }
    return nudged;
  }

  @Override
  public void backward(BackwardContext context) {
    context.gradient(0).add(context.upstream());
  }
}
