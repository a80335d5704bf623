package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.State;
import java.util.HashSet;
import java.util.Set;

/**
 * Which states are stored from forward to backward and which are computed again.
 *
 * <p>Rule, in the graph's order: a state can be computed again if the policy allows it for its edge
 * and every state that the edge reads is stored, comes with the batch, or can itself be computed
 * again; a state that the backward reads and that cannot be computed again is stored. States
 * between layers are never computed again, which bounds every chain of recomputation by one layer.
 */
final class Storage {
  private final Set<String> stored = new HashSet<>();

  private Storage() {}

  static Storage of(
      Graph graph, Differentiation differentiation, StorePolicy policy, Set<String> kept) {
    Set<String> read = new HashSet<>();
    for (Edge edge : graph.edges()) {
      if (differentiation.includes(edge)) {
        differentiation.reads(edge).forEach(state -> read.add(state.name()));
      }
    }
    Set<String> boundaries = new HashSet<>();
    for (Layer layer : graph.layers()) {
      boundaries.add(layer.input());
      boundaries.add(layer.output());
    }
    Set<String> available = new HashSet<>();
    graph.inputs().forEach(input -> available.add(input.name()));
    Storage result = new Storage();
    for (Edge edge : graph.edges()) {
      String name = edge.name();
      boolean again =
          policy.mayRecompute(edge)
              && !boundaries.contains(name)
              && edge.inputs().stream().map(State::name).allMatch(available::contains);
      if (kept.contains(name) || (!again && read.contains(name))) {
        result.stored.add(name);
        available.add(name);
      } else if (again) {
        available.add(name);
      }
    }
    return result;
  }

  boolean isStored(State state) {
    return stored.contains(state.name());
  }
}
