package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * Rows of a table: {@code y_t = E[id_t]}, ids {@code [tokens]} and table {@code [vocab, hidden]} to
 * {@code [tokens, hidden]}.
 *
 * <p>Backward: {@code dE[id_t] += dy_t}. Source: torch.nn.Embedding.
 */
public record Embedding() implements Op {
  @Override
  public String name() {
    return "embedding";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, 1);
    State ids = inputs.get(0);
    Expect.precision(ids, "ids", Precision.INDEX);
    if (ids.shape().dims().size() != 1) {
      throw new GraphException("ids: expected one dimension, found " + ids);
    }
    Parameter table = parameters.get(0);
    if (table.shape().size() != 2) {
      throw new GraphException("table: expected shape [vocab, hidden], found " + table);
    }
    return Shape.of(ids.shape().dims().get(0), Dim.of(table.size(1)));
  }

  /** Ids have no gradient. */
  @Override
  public boolean differentiableBy(int input) {
    return false;
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(0, demand.parameter(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    return context.parameter(0).indexSelect(0, context.input(0));
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wantsParameter(0)) {
      Tensor gradient = context.parameterGradient(0).allocate().zero();
      gradient.indexAddInPlace(0, context.input(0), context.upstream().as(gradient.dtype()));
      context.parameterGradient(0).add(gradient);
    }
  }
}
