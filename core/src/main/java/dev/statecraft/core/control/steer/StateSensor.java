package dev.statecraft.core.control.steer;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * Passes a state on as it is, {@code y = x}, x {@code [tokens, features]}, and writes down the
 * gradient of the last token of every sequence: that of its parameter {@code [sequences,
 * features]}, which the forward does not read.
 *
 * <p>Backward: {@code dx = dy}, {@code dp[i] += dy[last token of sequence i]}.
 */
record StateSensor() implements Op {
  @Override
  public String name() {
    return "state_sensor";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Shape shape = inputs.get(0).shape();
    if (shape.dims().size() != 2
        || !(shape.dims().get(0) instanceof Axis axis)
        || !axis.isLaidOut()) {
      throw new GraphException(
          "a sensor: expected a state of tokens laid end to end, found " + inputs.get(0));
    }
    Parameter written = parameters.get(0);
    if (written.shape().size() != 2 || written.size(1) != shape.features()) {
      throw new GraphException(
          "a sensor: expected a parameter of " + shape.features() + " columns, found " + written);
    }
    return shape;
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
    return context.input(0).copy();
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    if (context.wantsParameter(0)) {
      Tensor last = context.torch().ofInts(lastTokens(context.layout(0)));
      context.parameterGradient(0).add(dy.indexSelect(0, last).as(dy.dtype().master()));
    }
    if (context.wants(0)) {
      context.gradient(0).add(dy);
    }
  }

  /** Index of each sequence's last token. */
  static int[] lastTokens(Layout layout) {
    int[] last = new int[layout.sequences()];
    for (int i = 0; i < last.length; i++) {
      last[i] = layout.offset(i + 1) - 1;
    }
    return last;
  }
}
