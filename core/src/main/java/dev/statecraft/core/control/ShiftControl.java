package dev.statecraft.core.control;

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
 * {@code y = x + b}: x {@code [rows, features]}, b {@code [features]}.
 *
 * <p>Backward: {@code dx = dy}, {@code db = sum dy}; it reads no state.
 */
record ShiftControl() implements Op {
  private static final int X = 0;
  private static final int B = 0;

  @Override
  public String name() {
    return "shift_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Shape shape = inputs.get(X).shape();
    ControlShapes.expect(parameters.get(B), shape.features());
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
  public int overwrites() {
    return X;
  }

  @Override
  public int passesGradientTo() {
    return X;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(X);
    Tensor y = context.mayOverwrite(X) ? x.share() : x.copy();
    return y.addInPlace(context.parameter(B).as(x.dtype()));
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    if (context.wantsParameter(B)) {
      context.parameterGradient(B).add(dy.sum(0, context.computeType().master()));
    }
    if (context.wants(X)) {
      context.gradient(X).add(dy);
    }
  }
}
