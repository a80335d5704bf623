package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Initializer;
import java.util.List;

/**
 * LoRA (Hu et al. 2021) as what it is on states: control edges from the input to the output of
 * linears, {@code q' = q + (alpha / r) B A dropout(x)}.
 *
 * @param rank r
 * @param alpha numerator of the scale
 * @param dropout probability
 * @param targets short names of the linears
 * @param layers which layers
 * @param init how A and B start
 */
public record Lora(
    int rank,
    double alpha,
    double dropout,
    List<String> targets,
    LayerSelection layers,
    LoraStart init)
    implements Tuning {
  public Lora {
    targets = List.copyOf(targets);
  }

  /** One that starts as usual. */
  public Lora(int rank, double alpha, double dropout, List<String> targets, LayerSelection layers) {
    this(rank, alpha, dropout, targets, layers, LoraStart.KAIMING);
  }

  @Override
  public Graph apply(Graph graph) {
    LowRank update = new LowRank(rank, alpha / rank, false, dropout, Initializer.KAIMING);
    GraphEditor editor = graph.edit();
    for (Edge linear : ProjectionTargets.find(graph, targets, layers)) {
      String module = ProjectionTargets.module(linear);
      String to = linear.name().replaceAll("@\\d+$", "");
      editor.control(
          linear.inputs().get(0).name(),
          to,
          update.op(),
          init.of(
              update.parameters(
                  name -> module + ".lora_" + name,
                  linear.inputs().get(0).shape().features(),
                  linear.output().shape().features()),
              update.scale(),
              linear.parameters().get(0)));
    }
    return new HeadTuning().apply(editor.build());
  }
}
