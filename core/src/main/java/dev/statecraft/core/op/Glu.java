package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;

/**
 * The gate of a gated MLP: {@code y = f(gate) * up}, all {@code [rows, features]}, f being silu
 * (SwiGLU), GELU (GeGLU) or another activation. Or of one input {@code [rows, 2 features]} whose
 * first half is the gate and whose second is up.
 *
 * <p>Backward: {@code dgate = dy * up * f'(gate)}, {@code dup = dy * f(gate)}. Source: Shazeer,
 * "GLU Variants Improve Transformer" (2020).
 *
 * @param kind f
 * @param joined whether gate and up come side by side in one input
 */
public record Glu(Activation.Kind kind, boolean joined) implements Op {
  /** Checks. */
  public Glu {
    if (kind.readsOutput()) {
      throw new GraphException(
          "a gate: expected an activation with a derivative of its input, found " + kind.label());
    }
  }

  /** SwiGLU of two inputs. */
  public Glu() {
    this(Activation.Kind.SILU, false);
  }

  @Override
  public String name() {
    return switch (kind) {
      case SILU -> "swiglu";
      case GELU, GELU_TANH -> "geglu";
      default -> kind.label() + "_glu";
    };
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, joined ? 1 : 2, parameters, 0);
    State first = inputs.get(0);
    long features = Expect.rows(first, joined ? "input" : "gate");
    if (!joined) {
      Expect.rows(inputs.get(1), "up");
      Expect.shape(inputs.get(1), "up", first.shape());
      return first.shape();
    }
    if (features % 2 != 0) {
      throw new GraphException(
          "input: expected an even number of features, gate and up, found " + first);
    }
    return first.shape().withFeatures(features / 2);
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
    return joined ? Reads.inputs(0) : Reads.inputs(0).andInput(1, demand.input(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    if (!joined) {
      Tensor output = context.torch().empty(x.dtype(), x.shape());
      gated(output, x, context.input(1));
      return output;
    }
    Tensor output = context.torch().empty(x.dtype(), x.size(0), x.size(1) / 2);
    gated(output, gate(x), up(x));
    return output;
  }

  private void gated(Tensor output, Tensor gate, Tensor up) {
    switch (kind) {
      case SILU -> Kernels.swiGlu(output, gate, up);
      case GELU, GELU_TANH -> Kernels.geGlu(output, gate, up, isByTanh());
      default -> output.setToProduct(kind.apply(gate), up);
    }
  }

  private boolean isByTanh() {
    return kind == Activation.Kind.GELU_TANH;
  }

  private static Tensor gate(Tensor joined) {
    return joined.narrow(1, 0, joined.size(1) / 2);
  }

  private static Tensor up(Tensor joined) {
    return joined.narrow(1, joined.size(1) / 2, joined.size(1) / 2);
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor upstream = context.upstream();
    Tensor first = context.input(0);
    if (joined) {
      if (context.wants(0)) {
        Tensor gradient = context.gradient(0).allocate();
        both(gate(gradient), up(gradient), upstream, gate(first), up(first));
        context.gradient(0).add(gradient);
      }
      return;
    }
    if (context.wants(0) && context.wants(1)) {
      Tensor gateGradient = context.gradient(0).allocate();
      Tensor upGradient = context.gradient(1).allocate();
      both(gateGradient, upGradient, upstream, first, context.input(1));
      context.gradient(0).add(gateGradient);
      context.gradient(1).add(upGradient);
    } else if (context.wants(0)) {
      GradientSink sink = context.gradient(0);
      sink.add(gateGradient(sink.allocate(), upstream, first, context.input(1)));
    } else if (context.wants(1)) {
      GradientSink sink = context.gradient(1);
      sink.add(upGradient(sink.allocate(), upstream, first));
    }
  }

  private void both(
      Tensor gateGradient, Tensor upGradient, Tensor upstream, Tensor gate, Tensor up) {
    switch (kind) {
      case SILU -> Kernels.swiGluBackward(gateGradient, upGradient, upstream, gate, up);
      case GELU, GELU_TANH ->
          Kernels.geGluBackward(gateGradient, upGradient, upstream, gate, up, isByTanh());
      default -> {
        gateGradient(gateGradient, upstream, gate, up);
        upGradient(upGradient, upstream, gate);
      }
    }
  }

  private Tensor gateGradient(Tensor target, Tensor upstream, Tensor gate, Tensor up) {
    target.setToProduct(upstream, up);
    kind.backwardInto(target, target, gate);
    return target;
  }

  private Tensor upGradient(Tensor target, Tensor upstream, Tensor gate) {
    return target.setToProduct(kind.apply(gate), upstream);
  }
}
