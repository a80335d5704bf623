package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;

/**
 * Turns queries or keys by their position. For each head, with its first and second half {@code x1,
 * x2} and the table's cosines c and sines s: {@code y1 = x1 c - x2 s}, {@code y2 = x2 c + x1 s}.
 * Inputs: x {@code [tokens, heads * head_dim]} and the {@link RotaryTable}'s {@code [tokens,
 * head_dim]}. Or a part of each head: its first {@code turned} features turn, the others stay.
 *
 * <p>Backward: the turn the other way, {@code dx1 = dy1 c + dy2 s}, {@code dx2 = dy2 c - dy1 s}.
 * Source: Su et al., "RoFormer" (2021); halves paired as in Hugging Face's {@code rotate_half}.
 *
 * @param headDim features of one head
 * @param turned how many of them are turned, the table's features; even
 */
public record Rotary(int headDim, int turned) implements Op {
  public Rotary {
    if (turned <= 0 || turned % 2 != 0 || turned > headDim) {
      throw new GraphException(
          "head_dim: expected an even number above 0, of up to " + headDim + ", found " + turned);
    }
  }

  /** Turns whole heads. */
  public Rotary(int headDim) {
    this(headDim, headDim);
  }

  @Override
  public String name() {
    return "rotary";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 2, parameters, 0);
    State x = inputs.get(0);
    long features = Expect.rows(x, "input");
    if (features % headDim != 0) {
      throw new GraphException(
          "input: expected a multiple of " + headDim + " features (head_dim), found " + x);
    }
    Expect.precision(inputs.get(1), "table", Precision.MASTER);
    Expect.shape(inputs.get(1), "table", x.shape().withFeatures(turned));
    return x.shape();
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
  public int overwrites() {
    return 0;
  }

  @Override
  public int passesGradientTo() {
    return 0;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    Tensor y = context.mayOverwrite(0) ? x.share() : context.torch().empty(x.dtype(), x.shape());
    Kernels.rotate(y, x, context.input(1), headDim, 1);
    return y;
  }

  @Override
  public void backward(BackwardContext context) {
    if (!context.wants(0)) {
      return;
    }
    Tensor upstream = context.upstream();
    Tensor gradient = context.ownsUpstream() ? upstream : context.gradient(0).allocate();
    Kernels.rotate(gradient, upstream, context.input(1), headDim, -1);
    context.gradient(0).add(gradient);
  }
}
