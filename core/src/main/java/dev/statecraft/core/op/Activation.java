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
    TANH;

    /** The name in listings and files, such as {@code gelu_tanh}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** {@code f(x)}. */
    public Tensor apply(Tensor x) {
      return switch (this) {
        case GELU -> Kernels.gelu(x, false);
        case GELU_TANH -> Kernels.gelu(x, true);
        case RELU -> Kernels.relu(x);
        case SILU -> Kernels.silu(x);
        case TANH -> x.tanh();
      };
    }

    /** Whether {@link #backwardInto} reads the output; else it reads the input. */
    public boolean readsOutput() {
      return this == TANH;
    }

    /**
     * The gradient of x into {@code target}, which may be {@code upstream}.
     *
     * @param read x, or {@code f(x)} if it {@link #readsOutput}
     */
    public void backwardInto(Tensor target, Tensor upstream, Tensor read) {
      switch (this) {
        case GELU -> Kernels.geluBackwardInto(target, upstream, read, false);
        case GELU_TANH -> Kernels.geluBackwardInto(target, upstream, read, true);
        case RELU -> Kernels.reluBackwardInto(target, upstream, read);
        case SILU -> Kernels.siluBackwardInto(target, upstream, read);
        case TANH -> Kernels.tanhBackwardInto(target, upstream, read);
      }
    }
  }

  @Override
  public String name() {
    return kind.label();
  }

  @Override
  public Reads reads(Demand demand) {
    return kind.readsOutput() ? Reads.OUTPUT : Reads.inputs(0);
  }

  @Override
  public int passesGradientTo() {
    return 0;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    return kind.apply(context.input(0));
  }

  @Override
  public void backward(BackwardContext context) {
    if (!context.wants(0)) {
      return;
    }
    Tensor upstream = context.upstream();
    Tensor gradient = context.ownsUpstream() ? upstream : context.gradient(0).allocate();
    kind.backwardInto(gradient, upstream, kind.readsOutput() ? context.output() : context.input(0));
    context.gradient(0).add(gradient);
  }
}
