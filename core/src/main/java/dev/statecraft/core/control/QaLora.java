package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import java.util.List;

/**
 * QA-LoRA (Xu et al. 2023): control edges from the input to the output of linears, {@code q' = q +
 * (alpha / r) B A means(dropout(x))}. Where a linear is held with a zero point for each of the same
 * groups, the update can be added to its zero points, and the linear stays in 4 bits.
 *
 * @param rank r
 * @param alpha numerator of the scale
 * @param dropout probability
 * @param group inputs whose mean A reads
 * @param targets short names of the linears
 * @param layers which layers
 */
public record QaLora(
    int rank, double alpha, double dropout, int group, List<String> targets, LayerSelection layers)
    implements Tuning {
  public QaLora {
    targets = List.copyOf(targets);
  }

  @Override
  public Graph apply(Graph graph) {
    PooledLowRank update = new PooledLowRank(rank, alpha / rank, group, dropout);
    GraphEditor editor = graph.edit();
    for (Edge linear : ProjectionTargets.find(graph, targets, layers)) {
      String module = ProjectionTargets.module(linear);
      editor.control(
          linear.inputs().get(0).name(),
          ProjectionTargets.state(linear),
          update.op(),
          update.parameters(
              name -> module + ".lora_" + name,
              linear.inputs().get(0).shape().features(),
              linear.output().shape().features()));
    }
    return new HeadTuning().apply(editor.build());
  }
}
