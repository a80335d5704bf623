package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Linear;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Frozen linears of a layer that read the same state (q, k and v; gate and up): one product with
 * their weights laid end to end computes them all, and one computes the gradient of what they read.
 */
public final class FusedLinears {
  private final List<List<Edge>> groups = new ArrayList<>();
  private final Map<String, List<Edge>> byState = new HashMap<>();

  private FusedLinears() {}

  /** The groups of a graph, each of two edges or more. */
  public static FusedLinears of(Graph graph) {
    Map<String, Integer> uses = new HashMap<>();
    for (Edge edge : graph.edges()) {
      if (edge.op() instanceof Linear) { // Others that read the weight get its part of the whole.
        edge.parameters().forEach(parameter -> uses.merge(parameter.name(), 1, Integer::sum));
      }
    }
    Map<Key, List<Edge>> candidates = new LinkedHashMap<>();
    for (Edge edge : graph.edges()) {
      if (edge.op() instanceof Linear linear
          && !edge.isTrainable()
          && edge.layer() >= 0
          && edge.parameters().stream().allMatch(p -> uses.get(p.name()) == 1)) {
        candidates
            .computeIfAbsent(
                new Key(edge.inputs().get(0), linear, edge.layer()), key -> new ArrayList<>())
            .add(edge);
      }
    }
    FusedLinears found = new FusedLinears();
    for (List<Edge> group : candidates.values()) {
      if (group.size() > 1) {
        found.groups.add(List.copyOf(group));
        group.forEach(edge -> found.byState.put(edge.name(), List.copyOf(group)));
      }
    }
    return found;
  }

  /** Linears of several layers may read one state, as decoders' do what an encoder leaves. */
  private record Key(State input, Linear op, int layer) {}

  public List<List<Edge>> groups() {
    return groups;
  }

  /** The group that computes a state, if it is one of a group's. */
  Optional<List<Edge>> groupOf(String state) {
    return Optional.ofNullable(byState.get(state));
  }
}
