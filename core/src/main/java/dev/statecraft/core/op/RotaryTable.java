package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
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
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Cosines and sines of rotary position embeddings: {@code y[t] = (cos(p_t f_1), ..., cos(p_t f_n),
 * sin(p_t f_1), ..., sin(p_t f_n))}; positions p {@code [tokens]} to {@code [tokens, head_dim]}
 * with {@code n = head_dim / 2}. Every layer reads the same table. It has no gradient.
 *
 * <p>Frequencies, angles, cosines and sines are rounded to float32 even in a float64 model, because
 * Hugging Face's LlamaRotaryEmbedding computes them so; the table is then widened to the master
 * type. Source: Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021).
 *
 * @param inverseFrequencies f, in radians for each position
 */
public record RotaryTable(List<Double> inverseFrequencies) implements Op {
  public RotaryTable {
    inverseFrequencies = List.copyOf(inverseFrequencies);
    if (inverseFrequencies.isEmpty()) {
      throw new GraphException("inverse frequencies: expected at least one, found none");
    }
  }

  public RotaryTable(double[] inverseFrequencies) {
    this(Arrays.stream(inverseFrequencies).boxed().toList());
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
    return Shape.along(tokens, 2L * inverseFrequencies.size());
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
  public Tensor forward(ForwardContext context) {
    double[] values = inverseFrequencies.stream().mapToDouble(Double::doubleValue).toArray();
    Tensor frequencies = context.torch().of(DType.FLOAT32, values, 1, values.length);
    Tensor angles = context.input(0).copyTo(DType.FLOAT32).unsqueeze(1).mul(frequencies);
    // From float64, so that the float32 values are the correctly rounded ones: libtorch's float32
    // sine differs in its last bit from build to build.
    Tensor wide = angles.copyTo(DType.FLOAT64);
    Tensor rounded = Tensor.cat(1, wide.cos(), wide.sin()).copyTo(DType.FLOAT32);
    return rounded.as(context.computeType().master());
  }

  /** Does nothing: positions have no gradient. */
  @Override
  public void backward(BackwardContext context) {}
}
