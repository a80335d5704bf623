package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;

/**
 * The gate of a gated MLP: {@code y = silu(gate) * up}, all {@code [rows, features]}, with {@code
 * silu(z) = z sigmoid(z)}.
 *
 * <p>Backward: {@code dgate = dy * up * silu'(gate)}, {@code dup = dy * silu(gate)}. Source:
 * Shazeer, "GLU Variants Improve Transformer" (2020).
 */
public record SwiGlu() implements RowOp {
  @Override
  public String name() {
    return "swiglu";
  }

  @Override
  public List<String> roles() {
    return List.of("gate", "up");
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(0).andInput(1, demand.input(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor gate = context.input(0);
    Tensor output = context.torch().empty(gate.dtype(), gate.shape());
    Kernels.swiGlu(output, gate, context.input(1));
    return output;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor upstream = context.upstream();
    Tensor gate = context.input(0);
    if (context.wants(0) && context.wants(1)) {
      Tensor gateGradient = context.gradient(0).allocate();
      Tensor upGradient = context.gradient(1).allocate();
      Kernels.swiGluBackward(gateGradient, upGradient, upstream, gate, context.input(1));
      context.gradient(0).add(gateGradient);
      context.gradient(1).add(upGradient);
    } else if (context.wants(0)) {
      Tensor gradient = context.gradient(0).allocate();
      Kernels.swiGluGateBackward(gradient, upstream, gate, context.input(1));
      context.gradient(0).add(gradient);
    } else if (context.wants(1)) {
      Tensor gradient = context.gradient(1).allocate();
      Kernels.swiGluUpBackward(gradient, upstream, gate);
      context.gradient(1).add(gradient);
    }
  }
}
