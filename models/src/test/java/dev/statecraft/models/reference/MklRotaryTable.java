package dev.statecraft.models.reference;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.RotaryTable;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import org.bytedeco.mkl.global.mkl_rt;

/**
 * The rotary table as PyTorch's own builds compute it: float32 sine and cosine of MKL's vector
 * library, which is not the correctly rounded one in some 5 % of the values. A last bit there moves
 * a parameter after five AdamW steps by 1e-5, since Adam divides tiny gradients by their own size,
 * so the reference vectors can be met to 1e-6 only with the very same bits. Linux on x86 only.
 */
record MklRotaryTable(RotaryTable table) implements Op {
  /** VML_HA | VML_FTZDAZ_OFF | VML_ERRMODE_IGNORE, as ATen calls it. */
  private static final long MODE = 0x2 | 0x140000 | 0x100;

  /** The graph with its rotary table, if it has one, computed by MKL. */
  static Graph in(Graph graph) {
    if (!graph.contains("rotary_table") || !System.getProperty("os.name").equals("Linux")) {
      return graph;
    }
    return graph
        .edit()
        .replace(
            "rotary_table",
            edge -> edge.withOp(new MklRotaryTable((RotaryTable) edge.op()), List.of()))
        .build();
  }

  @Override
  public String name() {
    return "mkl_rotary_table";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    return table.infer(inputs, parameters);
  }

  @Override
  public Precision precision() {
    return table.precision();
  }

  @Override
  public Cost cost() {
    return table.cost();
  }

  @Override
  public boolean differentiable() {
    return false;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    long[] positions = context.input(0).toLongs();
    int half = table.inverseFrequencies().size();
    float[] angles = new float[positions.length * half];
    for (int t = 0; t < positions.length; t++) {
      for (int i = 0; i < half; i++) {
        angles[t * half + i] = positions[t] * table.inverseFrequencies().get(i).floatValue();
      }
    }
    float[] cosines = new float[angles.length];
    float[] sines = new float[angles.length];
    mkl_rt.vmsCos(angles.length, angles, cosines, MODE);
    mkl_rt.vmsSin(angles.length, angles, sines, MODE);
    DType master = context.computeType().master();
    return Tensor.cat(
        1,
        context.torch().of(master, cosines, positions.length, half),
        context.torch().of(master, sines, positions.length, half));
  }

  @Override
  public void backward(BackwardContext context) {
    throw new UnsupportedOperationException("a table has no gradient");
  }
}
