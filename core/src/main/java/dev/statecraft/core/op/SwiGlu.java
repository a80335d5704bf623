package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Kernels;
import dev.statecraft.tensor.RowKernels;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * The gate of a gated MLP: {@code y = silu(gate) * up}, all {@code [rows, features]}, with {@code
 * silu(z) = z sigmoid(z)}.
 *
 * <p>Backward: {@code dgate = dy * up * silu'(gate)}, {@code dup = dy * silu(gate)}. Source:
 * Shazeer, "GLU Variants Improve Transformer" (2020).
 */
public record SwiGlu() implements Op {
  @Override
  public String name() {
    return "swiglu";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 2, parameters, 0);
    Expect.rows(inputs.get(0), "gate");
    Expect.rows(inputs.get(1), "up");
    Expect.shape(inputs.get(1), "up", inputs.get(0).shape());
    return inputs.get(0).shape();
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(0).andInput(1, demand.input(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor gate = context.input(0);
    Tensor output = context.torch().empty(gate.dtype(), gate.shape());
    if (RowKernels.supports(gate)) {
      RowKernels.swiGlu(output, gate, context.input(1));
      return output;
    }
    Kernels.siluInto(output, gate);
    return output.mulInPlace(context.input(1));
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor upstream = context.upstream();
    Tensor gate = context.input(0);
    if (context.wants(0) && context.wants(1) && RowKernels.supports(gate)) {
      Tensor gateGradient = context.gradient(0).allocate();
      Tensor upGradient = context.gradient(1).allocate();
      RowKernels.swiGluBackward(gateGradient, upGradient, upstream, gate, context.input(1));
      context.gradient(0).add(gateGradient);
      context.gradient(1).add(upGradient);
      return;
    }
    if (context.wants(0)) {
      Tensor gradient = context.gradient(0).allocate();
      gradient.setToProduct(upstream, context.input(1));
      Kernels.siluBackwardInto(gradient, gradient, gate);
      context.gradient(0).add(gradient);
    }
    if (context.wants(1)) {
      Tensor gradient = context.gradient(1).allocate();
      Kernels.siluInto(gradient, gate);
      context.gradient(1).add(gradient.mulInPlace(upstream));
    }
  }
}
