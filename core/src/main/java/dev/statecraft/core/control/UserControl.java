package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Autograd;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** {@code x_v' = x_v + g(x_u; theta)} for a {@link UserFunction}; backward by libtorch autograd. */
record UserControl(UserFunction function) implements Op {
  private static final int V = 0;
  private static final int U = 1;

  @Override
  public String name() {
    return function.name();
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    ControlShapes.rowsAgree(inputs.get(V), inputs.get(U));
    return inputs.get(V).shape();
  }

  @Override
  public Cost cost() {
    // Unknown; a full product is the safe guess.
    return Cost.GEMM;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(U);
  }

  @Override
  public int overwrites() {
    return V;
  }

  @Override
  public int passesGradientTo() {
    return V;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor control = function.forward().apply(ControlOp.u(context), theta(context));
    Tensor v = context.input(V);
    return (context.mayOverwrite(V) ? v.share() : v.copy()).addInPlace(control);
  }

  private List<Tensor> theta(EdgeContext context) {
    List<Tensor> values = new ArrayList<>();
    for (int i = 0; i < function.theta().size(); i++) {
      values.add(context.parameter(i));
    }
    return values;
  }

  @Override
  public void backward(BackwardContext context) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(ControlOp.u(context));
    inputs.addAll(theta(context));
    List<Tensor> gradients =
        Autograd.vjp(
            in -> function.forward().apply(in.get(0), in.subList(1, in.size())),
            inputs,
            context.upstream());
    if (context.wants(U)) {
      context.gradient(U).add(gradients.get(0));
    }
    for (int i = 0; i < function.theta().size(); i++) {
      if (context.wantsParameter(i)) {
        context.parameterGradient(i).add(gradients.get(i + 1).as(context.computeType().master()));
      }
    }
    gradients.forEach(Tensor::close);
    if (context.wants(V)) {
      context.gradient(V).add(context.upstream());
    }
  }
}
