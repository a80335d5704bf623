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
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;

/**
 * {@code y = l * x}, feature by feature: x {@code [rows, features]}, l of as many numbers, whatever
 * its shape ({@code [out, 1]} and {@code [1, in]} in PEFT's files).
 *
 * <p>Backward: {@code dx = l dy}, {@code dl = sum dy x}.
 */
record ScalingControl() implements Op {
  private static final int X = 0;
  private static final int L = 0;

  @Override
  public String name() {
    return "scaling_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Shape shape = inputs.get(X).shape();
    ControlShapes.expectElements(parameters.get(L), shape.features());
    return shape;
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(X, demand.parameter(L));
  }

  @Override
  public int passesGradientTo() {
    return X;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(X);
    return x.mul(context.parameter(L).view(-1).as(x.dtype()));
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    Tensor factor = context.masterParameter(L).view(-1);
    if (!context.wants(X)) {
      if (context.wantsParameter(L)) {
        addSums(context, dy.mul(context.input(X)).sum(0, factor.dtype()));
      }
      return;
    }
    Tensor dx = context.ownsUpstream() ? dy : context.gradient(X).allocate();
    if (context.wantsParameter(L)) {
      addSums(context, Kernels.scaleColumns(dx, dy, factor, context.input(X)));
    } else {
      dx.setToProduct(dy, factor.as(dy.dtype()));
    }
    context.gradient(X).add(dx);
  }

  private static void addSums(BackwardContext context, Tensor sums) {
    DType master = context.computeType().master();
    context.parameterGradient(L).add(sums.as(master).view(context.masterParameter(L).shape()));
  }
}
