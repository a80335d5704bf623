package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
import java.util.List;

/**
 * Cosines and sines of rotary position embeddings: {@code y[t] = a (cos(p_t f_1), ..., cos(p_t
 * f_n), sin(p_t f_1), ..., sin(p_t f_n))}; positions p {@code [tokens]} to {@code [tokens, 2 n]}, n
 * being half the features that are turned. Every layer with these frequencies reads the same table.
 * It has no gradient.
 *
 * <p>Frequencies, angles, cosines and sines are rounded to float32 even in a float64 model, because
 * Hugging Face's LlamaRotaryEmbedding computes them so; the table is then widened to the master
 * type. Source: Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021).
 *
 * <p>Where frequencies depend on the text's length, every sequence has those of its own, whatever
 * it is packed with; its length is its last position and one.
 *
 * @param frequencies f, in radians for each position
 * @param amplitude a, by which YaRN and LongRoPE make up for slower turns; usually 1
 */
public record RotaryTable(RotaryFrequencies frequencies, double amplitude) implements Op {
  /** A table of amplitude 1 with frequencies for texts of all lengths. */
  public RotaryTable(double... inverseFrequencies) {
    this(RotaryFrequencies.of(inverseFrequencies), 1);
  }

  @Override
  public String name() {
    return "rotary_table";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, 0);
    State positions = inputs.get(0);
    Expect.precision(positions, "positions", Precision.INDEX);
    Axis tokens = Expect.laidOut(positions, "positions");
    Expect.shape(positions, "positions", Shape.of(tokens));
    return Shape.along(tokens, 2L * frequencies.count());
  }

  @Override
  public Precision precision() {
    return Precision.MASTER;
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
  public boolean differentiable() {
    return false;
  }

  @Override
  public int regime(int tokens) {
    return frequencies.regime(tokens);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor positions = context.input(0);
    Tensor angles = positions.copyTo(DType.FLOAT32).unsqueeze(1).mul(perToken(context, positions));
    // From float64, so that the float32 values are the correctly rounded ones: libtorch's float32
    // sine differs in its last bit from build to build.
    Tensor wide = angles.copyTo(DType.FLOAT64);
    Tensor rounded = Tensor.cat(1, wide.cos(), wide.sin()).copyTo(DType.FLOAT32);
    if (amplitude != 1) {
      rounded.mulInPlace(amplitude);
    }
    return rounded.as(context.computeType().master());
  }

  /**
   * The frequencies, {@code [1, n]}, or {@code [tokens, n]} where sequences can have different
   * ones, whether they do or not, so that a dry run allocates what a real one does.
   */
  private Tensor perToken(ForwardContext context, Tensor positions) {
    Layout layout = context.layout(0);
    int[] lengths = lengths(positions, layout);
    if (lengths.length < 2 || !dependsOnLength()) {
      return row(context.torch(), lengths.length == 0 ? 1 : lengths[0]);
    }
    Tensor[] parts = new Tensor[lengths.length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = row(context.torch(), lengths[i]).expand(layout.length(i), frequencies.count());
    }
    return Tensor.cat(0, parts);
  }

  private Tensor row(Torch torch, int tokens) {
    double[] values = frequencies.at(tokens);
    return torch.of(DType.FLOAT32, values, 1, values.length);
  }

  /** Tokens of each sequence, those before its first row included; 1 where it does not matter. */
  private int[] lengths(Tensor positions, Layout layout) {
    int[] lengths = new int[layout.sequences()];
    Arrays.fill(lengths, 1);
    boolean known = positions.torch().device() != Device.META;
    if (known && dependsOnLength()) {
      long[] all = positions.toLongs();
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = Math.toIntExact(all[layout.offset(i) + layout.length(i) - 1]) + 1;
      }
    }
    return lengths;
  }

  /** Does nothing: positions have no gradient. */
  @Override
  public void backward(BackwardContext context) {}
}
