package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * Some columns of {@code x [rows, features]}: {@code y = x[:, from .. from + count]}, as queries,
 * keys and values lie in the output of one linear. Backward: {@code dx[:, from .. from + count] +=
 * dy}.
 *
 * @param from the first column
 * @param count how many
 */
public record Columns(int from, int count) implements Op {
  public Columns {
    Expect.positive("columns", count);
    if (from < 0) {
      throw new GraphException("columns: expected the first from 0 on, found " + from);
    }
  }

  @Override
  public String name() {
    return "columns";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, 0);
    State x = inputs.get(0);
    if (Expect.rows(x, "input") < (long) from + count) {
      throw new GraphException(
          "input: expected at least " + ((long) from + count) + " features, found " + x);
    }
    return x.shape().withFeatures(count);
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public boolean isRowWise() {
    return true;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    Tensor y = context.torch().empty(x.dtype(), x.size(0), count);
    return y.copyFrom(x.narrow(1, from, count));
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wants(0)) {
      context.gradient(0).addColumns(context.upstream(), from);
    }
  }
}
