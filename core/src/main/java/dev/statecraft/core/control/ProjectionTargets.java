package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds the linear edges that LoRA and DoRA attach to. */
final class ProjectionTargets {
  private ProjectionTargets() {}

  /** The linears of the chosen layers with the given short names, in the graph's order. */
  static List<Edge> find(Graph graph, List<String> targets, LayerSelection layers) {
    if (targets.isEmpty()) {
      throw new GraphException("targets: expected at least one projection, found none");
    }
    List<Edge> found = new ArrayList<>();
    List<Layer> chosen = layers.of(graph.layers());
    Set<String> known = new TreeSet<>();
    chosen.forEach(layer -> known.addAll(layer.projections().keySet()));
    for (String target : targets) {
      if (!known.contains(target)) {
        throw new GraphException("targets: expected some of " + known + ", found '" + target + "'");
      }
    }
    for (Layer layer : chosen) {
      for (String target : targets) {
        String state = layer.projections().get(target);
        if (state != null) { // Layers of another stack may lack it.
          found.add(linear(graph, state));
        }
      }
    }
    return found;
  }

  /** The linear that first computes a state, beneath control edges that came later. */
  private static Edge linear(Graph graph, String state) {
    String first = graph.contains(state + "@0") ? state + "@0" : state;
    return graph
        .producer(first)
        .orElseThrow(() -> new GraphException("state '" + state + "' has no producer"));
  }

  /** The state that readers of a linear see: what control edges have made of its output. */
  static String state(Edge linear) {
    return linear.name().replaceAll("@\\d+$", "");
  }

  /**
   * {@code model.layers.0.self_attn.q_proj} for the edge whose weight is {@code ...q_proj.weight}.
   */
  static String module(Edge linear) {
    String weight = linear.parameters().get(0).name();
    return weight.substring(0, weight.length() - ".weight".length());
  }
}
