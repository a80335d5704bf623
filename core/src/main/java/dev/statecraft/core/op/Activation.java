package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.Locale;

/**
 * An elementwise function, {@code y = f(x)}, {@code [rows, features]}.
 *
 * <p>Backward: {@code dx = dy * f'(x)}; for tanh {@code dx = dy (1 - y^2)}, from the output alone.
 *
 * @param kind the function
 */
public record Activation(Kind kind) implements RowOp {
  /** The functions, by PyTorch's names. */
  public enum Kind {
    /** {@code x Phi(x)} with the normal distribution's Phi, by erf (Hugging Face's gelu). */
    GELU,
    /** GELU by tanh (gelu_new, gelu_pytorch_tanh). */
    GELU_TANH,
    /** {@code max(x, 0)}; its derivative at 0 is 0. */
    RELU,
    /** {@code x sigmoid(x)}. */
    SILU,
    TANH
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Reads reads(Demand demand) {
    return kind == Kind.TANH ? Reads.OUTPUT : Reads.inputs(0);
  }

  @Override
  public int passesGradientTo() {
    return 0;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    return switch (kind) {
      case GELU -> Kernels.gelu(x, false);
      case GELU_TANH -> Kernels.gelu(x, true);
      case RELU -> Kernels.relu(x);
      case SILU -> Kernels.silu(x);
      case TANH -> x.tanh();
    };
  }

  @Override
  public void backward(BackwardContext context) {
    if (!context.wants(0)) {
      return;
    }
    Tensor upstream = context.upstream();
    Tensor gradient = context.ownsUpstream() ? upstream : context.gradient(0).allocate();
    switch (kind) {
      case GELU -> Kernels.geluBackwardInto(gradient, upstream, context.input(0), false);
      case GELU_TANH -> Kernels.geluBackwardInto(gradient, upstream, context.input(0), true);
      case RELU -> Kernels.reluBackwardInto(gradient, upstream, context.input(0));
      case SILU -> Kernels.siluBackwardInto(gradient, upstream, context.input(0));
      case TANH -> Kernels.tanhBackwardInto(gradient, upstream, context.output());
    }
    context.gradient(0).add(gradient);
  }
}
