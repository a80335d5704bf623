package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * DoRA (Liu et al. 2024): the direction of chosen linears is tuned as by LoRA, the length of each
 * row by itself. See {@code DoraControl} for the formulas.
 *
 * @param rank r
 * @param alpha numerator of the scale
 * @param dropout probability, on the low-rank branch
 * @param targets short names of the linears
 * @param layers which layers
 * @param init how A and B start
 */
public record Dora(
    int rank,
    double alpha,
    double dropout,
    List<String> targets,
    LayerSelection layers,
    LoraStart init)
    implements Tuning {
  public Dora {
    targets = List.copyOf(targets);
  }

  /** One that starts as usual. */
  public Dora(int rank, double alpha, double dropout, List<String> targets, LayerSelection layers) {
    this(rank, alpha, dropout, targets, layers, LoraStart.KAIMING);
  }

  @Override
  public Graph apply(Graph graph) {
    // LowRank checks the options and makes A and B exactly as LoRA's.
    LowRank update = new LowRank(rank, alpha / rank, false, dropout, Initializer.KAIMING);
    GraphEditor editor = graph.edit();
    for (Edge linear : ProjectionTargets.find(graph, targets, layers)) {
      String state = ProjectionTargets.state(linear);
      Edge producer = graph.producer(state).orElseThrow();
      if (!(producer.op() instanceof Linear)) {
        throw new GraphException(
            "state '"
                + state
                + "': expected a linear to reparametrize, found "
                + producer.op().name());
      }
      editor.control(
          linear.inputs().get(0).name(),
          state,
          new DoraControl(update.scale(), update.dropout(), linear.parameters().size() > 1),
          parameters(linear, update));
    }
    return new HeadTuning().apply(editor.build());
  }

  private List<Parameter> parameters(Edge linear, LowRank update) {
    String module = ProjectionTargets.module(linear);
    Parameter weight = linear.parameters().get(0);
    List<Parameter> parameters =
        new ArrayList<>(
            init.of(
                update.parameters(name -> module + ".lora_" + name, weight.size(1), weight.size(0)),
                update.scale(),
                weight));
    parameters.add(
        Parameter.control(
            module + ".lora_magnitude_vector.weight",
            Initializer.rowNorm(weight.name()),
            weight.size(0)));
    parameters.add(
        Parameter.derived(
            weight.name() + ".row_squares", Initializer.rowSquares(weight.name()), weight.size(0)));
    parameters.addAll(linear.parameters()); // Read for the norms, and to leave the bias unscaled.
    return parameters;
  }
}
