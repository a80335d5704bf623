package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.State;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which states are stored from forward to backward and which are computed again.
 *
 * <p>Rule, in the graph's order: a state can be computed again if its layer's policy allows it and
 * every state that the edge reads is stored, comes with the batch, or can itself be computed again;
 * a state that the backward reads and that cannot be computed again is stored. States between
 * layers are never computed again, nor those that the backward of another layer reads, which bounds
 * every chain of recomputation by one layer, nor a {@linkplain dev.statecraft.core.graph.Op#chooses
 * choice}; one that no backward reads is stored all the same where that makes more others
 * unnecessary. {@linkplain FusedLinears Fused} linears are computed again all together or not at
 * all: alone, a product's last bits could be others.
 */
final class Storage {
  private final Set<String> stored = new HashSet<>();

  private Storage() {}

  static Storage of(
      Graph graph,
      Differentiation differentiation,
      FusedLinears fused,
      LayerPolicies policies,
      Set<String> kept) {
    Set<String> read = new HashSet<>();
    Set<String> boundaries = new HashSet<>();
    for (Layer layer : graph.layers()) {
      boundaries.add(layer.input());
      boundaries.add(layer.output());
    }
    for (Edge edge : graph.edges()) {
      if (differentiation.includes(edge)) {
        for (State state : differentiation.reads(edge)) {
          read.add(state.name());
          if (isOfAnotherLayer(graph, state, edge)) {
            boundaries.add(state.name());
          }
        }
      }
    }
    Predicate<Edge> alone =
        edge ->
            policies.mayRecompute(edge)
                && !edge.op().chooses()
                && !boundaries.contains(edge.name());
    Predicate<Edge> again =
        edge ->
            fused.groupOf(edge.name()).orElse(List.of(edge)).stream()
                .allMatch(member -> alone.test(member) && !kept.contains(member.name()));
    Set<String> anchors = new HashSet<>();
    Storage best = with(anchors, graph, read, again, kept);
    for (Layer layer : graph.layers()) {
      if (best.stored.contains(layer.input())) {
        continue;
      }
      anchors.add(layer.input());
      Storage other = with(anchors, graph, read, again, kept);
      if (other.width(graph) < best.width(graph)) {
        best = other;
      } else {
        anchors.remove(layer.input());
      }
    }
    return best;
  }

  /** Whether a state is computed in one layer and read in another. */
  private static boolean isOfAnotherLayer(Graph graph, State state, Edge reader) {
    int layer = graph.producer(state.name()).map(Edge::layer).orElse(-1);
    return layer >= 0 && reader.layer() >= 0 && layer != reader.layer();
  }

  /**
   * The rule, with some states stored whether or not a backward reads them.
   *
   * @param mayRecompute whether an edge may be computed again where what it reads is there
   */
  private static Storage with(
      Set<String> anchors,
      Graph graph,
      Set<String> read,
      Predicate<Edge> mayRecompute,
      Set<String> kept) {
    Set<String> available = new HashSet<>();
    graph.inputs().forEach(input -> available.add(input.name()));
    Storage result = new Storage();
    for (Edge edge : graph.edges()) {
      String name = edge.name();
      boolean again =
          mayRecompute.test(edge)
              && edge.inputs().stream().map(State::name).allMatch(available::contains);
      boolean chosen = kept.contains(name) || anchors.contains(name);
      if (chosen || (!again && read.contains(name))) {
        result.stored.add(name);
        available.add(name);
      } else if (again) {
        available.add(name);
      }
    }
    return result;
  }

  /** Numbers stored for each row. */
  private long width(Graph graph) {
    return stored.stream()
        .map(graph::state)
        .mapToLong(state -> state.shape().fixedElements())
        .sum();
  }

  boolean isStored(State state) {
    return stored.contains(state.name());
  }
}
