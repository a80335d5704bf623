package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import java.util.List;

/**
 * LoRA (Hu et al. 2021) as what it is on states: control edges from the input to the output of
 * linears, {@code q' = q + (alpha / r) (B A dropout(x) + b)}, where b is not usually there.
 *
 * @param rank r
 * @param alpha numerator of the scale
 * @param dropout probability
 * @param bias whether b is there, {@code [out]}; it starts at 0
 * @param targets short names of the linears
 * @param layers which layers
 * @param init how A and B start
 */
public record Lora(
    int rank,
    double alpha,
    double dropout,
    boolean bias,
    List<String> targets,
    LayerSelection layers,
    LoraStart init)
    implements Tuning {
  /** End of the name of b. */
  public static final String BIAS_SUFFIX = ".lora_B.bias";

  public Lora {
    targets = List.copyOf(targets);
  }

  /** One that starts as usual. */
  public Lora(
      int rank,
      double alpha,
      double dropout,
      boolean bias,
      List<String> targets,
      LayerSelection layers) {
    this(rank, alpha, dropout, bias, targets, layers, LoraStart.KAIMING);
  }

  /** The usual, without b. */
  public Lora(int rank, double alpha, double dropout, List<String> targets, LayerSelection layers) {
    this(rank, alpha, dropout, false, targets, layers, LoraStart.KAIMING);
  }

  @Override
  public Graph apply(Graph graph) {
    LowRank update = new LowRank(rank, alpha / rank, false, dropout, Initializer.KAIMING);
    LowRankControl.Biases biases = bias ? LowRankControl.Biases.OUTER : LowRankControl.Biases.NONE;
    GraphEditor editor = graph.edit();
    for (Edge linear : ProjectionTargets.find(graph, targets, layers)) {
      String module = ProjectionTargets.module(linear);
      String to = ProjectionTargets.state(linear);
      long out = linear.output().shape().features();
      List<Parameter> theta =
          init.of(
              update.parameters(
                  name -> module + ".lora_" + name, linear.inputs().get(0).shape().features(), out),
              update.scale(),
              linear.parameters().get(0));
      if (bias) {
        theta.add(Parameter.control(module + BIAS_SUFFIX, Initializer.ZEROS, out));
      }
      editor.control(
          linear.inputs().get(0).name(),
          to,
          new LowRankControl(update.scale(), biases, dropout),
          theta);
    }
    return new HeadTuning().apply(editor.build());
  }
}
