package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Edges of a layer that read one state, each {@linkplain dev.statecraft.core.graph.Op#thinParameter
 * through a thin matrix} (LoRA on q, k and v; gate and up): with the matrices laid end to end one
 * product gives what all of them read. Only for passes without a backward, in which nothing is
 * dropped.
 */
public final class JoinedInputs {
  static final JoinedInputs NONE = new JoinedInputs(Map.of());

  private final Map<String, List<Edge>> byEdge;

  private JoinedInputs(Map<String, List<Edge>> byEdge) {
    this.byEdge = byEdge;
  }

  /** The groups of a graph, each of two edges or more. */
  static JoinedInputs of(Graph graph) {
    Map<Key, List<Edge>> candidates = new LinkedHashMap<>();
    for (Edge edge : graph.edges()) {
      if (edge.op().thinParameter() >= 0) {
        State read = edge.inputs().get(1);
        if (read.precision() == Precision.COMPUTE) {
          candidates
              .computeIfAbsent(new Key(read, edge.layer()), key -> new ArrayList<>())
              .add(edge);
        }
      }
    }
    Map<String, List<Edge>> found = new HashMap<>();
    for (List<Edge> group : candidates.values()) {
      if (group.size() > 1) {
        group.forEach(edge -> found.put(edge.name(), List.copyOf(group)));
      }
    }
    return new JoinedInputs(Map.copyOf(found));
  }

  /** A state can be read in several layers, the last of them much later. */
  private record Key(State read, int layer) {}

  /** The edges that are joined with this one, itself among them, in their order. */
  public Optional<List<Edge>> groupOf(Edge edge) {
    return Optional.ofNullable(byEdge.get(edge.name()));
  }
}
