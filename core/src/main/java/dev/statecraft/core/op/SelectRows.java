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
 * The rows of {@code x [tokens, h]} that an index {@code [labels]} names: {@code y_i = x[index_i]}.
 * Backward: {@code dx[index_i] += dy_i}.
 */
public record SelectRows() implements Op {
  @Override
  public String name() {
    return "select_rows";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    State x = inputs.get(0);
    State index = inputs.get(1);
    if (index.precision() != Precision.INDEX || index.shape().dims().size() != 1) {
      throw new GraphException("expected one index per row wanted, found " + index);
    }
    return Shape.of(index.shape().dims().get(0), Dim.of(x.shape().features()));
  }

  @Override
  public boolean differentiableBy(int input) {
    return input == 0;
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(1);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    return context.input(0).indexSelect(0, context.input(1));
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wants(0)) {
      context
          .gradient(0)
          .add(
              context
                  .gradient(0)
                  .allocate()
                  .zero()
                  .indexAddInPlace(0, context.input(1), context.upstream()));
    }
  }
}
