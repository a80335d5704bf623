package dev.statecraft.core.control;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Layer;
import java.util.List;

/**
 * State-based fine-tuning (paper, section 3): control edges between states.
 *
 * @param edges where they go and what they compute
 * @param layers for edges whose endpoints are places of a layer, which layers get one
 */
public record StateTuning(List<ControlEdge> edges, LayerSelection layers) implements Tuning {
  public StateTuning {
    edges = List.copyOf(edges);
  }

  /** Parallel control around the MLP blocks (paper: Control). */
  public static StateTuning control(ControlFunction function, LayerSelection layers) {
    return new StateTuning(List.of(ControlEdge.around(Block.MLP, function)), layers);
  }

  /** Parallel control around the attention blocks and the MLP blocks (paper: DoubleControl). */
  public static StateTuning doubleControl(ControlFunction function, LayerSelection layers) {
    return new StateTuning(
        List.of(
            ControlEdge.around(Block.ATTENTION, function), ControlEdge.around(Block.MLP, function)),
        layers);
  }

  /** Houlsby's adapters: in series after what each block adds to the residual. */
  public static StateTuning adapter(ControlFunction function, LayerSelection layers) {
    return new StateTuning(
        List.of(
            new ControlEdge(
                Place.ATTENTION_OUTPUT.label(),
                Place.ATTENTION_OUTPUT.label(),
                "attn.adapter",
                function),
            new ControlEdge(
                Place.MLP_OUTPUT.label(), Place.MLP_OUTPUT.label(), "mlp.adapter", function)),
        layers);
  }

  @Override
  public Graph apply(Graph graph) {
    GraphEditor editor = graph.edit();
    for (ControlEdge edge : edges) {
      if (edge.isPerLayer()) {
        for (int index : layers.of(graph.layers().size())) {
          Layer layer = graph.layers().get(index);
          attach(
              editor,
              graph,
              edge,
              Place.resolve(edge.from(), layer),
              Place.resolve(edge.to(), layer),
              "layers." + index + "." + edge.name() + ".");
        }
      } else {
        attach(editor, graph, edge, edge.from(), edge.to(), edge.name() + ".");
      }
    }
    return new HeadTuning().apply(editor.build());
  }

  private static void attach(
      GraphEditor editor, Graph graph, ControlEdge edge, String from, String to, String prefix) {
    editor.checkEnds(from, to);
    editor.control(
        from,
        to,
        edge.function().op(),
        edge.function()
            .parameters(
                name -> prefix + name,
                graph.state(from).shape().features(),
                graph.state(to).shape().features()));
  }
}
