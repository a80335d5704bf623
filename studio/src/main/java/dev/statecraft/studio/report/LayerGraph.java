package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import dev.statecraft.training.Exhibit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The states and edges of one layer of a tuned graph, and which layers are like it.
 *
 * @param index of the layer; -1 for the edges outside of layers
 * @param prefix of the names of its states, such as {@code layers.3.}
 * @param edges in the order of computation
 * @param stored names of states that wait for the backward
 * @param alike indices of the layers that are like this one, itself included
 * @param others what the other layers have, in words, by their indices in words
 */
record LayerGraph(
    int index,
    String prefix,
    List<Edge> edges,
    Set<String> stored,
    List<Integer> alike,
    Map<String, String> others) {
  /** The layer to be shown: one of those with the most trained edges. */
  static LayerGraph of(Exhibit.TunedGraph tuned) {
    Graph graph = tuned.graph();
    Map<Integer, List<Edge>> byLayer =
        graph.edges().stream()
            .collect(Collectors.groupingBy(Edge::layer, LinkedHashMap::new, Collectors.toList()));
    Map<String, List<Integer>> kinds = new LinkedHashMap<>();
    byLayer.forEach(
        (layer, edges) -> {
          if (layer >= 0) {
            kinds.computeIfAbsent(kind(edges), k -> new ArrayList<>()).add(layer);
          }
        });
    if (kinds.isEmpty()) {
      return new LayerGraph(-1, "", graph.edges(), tuned.stored(), List.of(), Map.of());
    }
    List<Integer> shown = List.of();
    long most = -1;
    for (List<Integer> layers : kinds.values()) {
      long trained = byLayer.get(layers.get(0)).stream().filter(Edge::isTrainable).count();
      if (trained > most || (trained == most && layers.size() > shown.size())) {
        shown = layers;
        most = trained;
      }
    }
    Map<String, String> others = new LinkedHashMap<>();
    for (List<Integer> layers : kinds.values()) {
      if (!layers.equals(shown)) {
        others.put(Units.ranges(layers), described(byLayer.get(layers.get(0))));
      }
    }
    int index = shown.get(shown.size() - 1);
    List<Edge> edges = byLayer.get(index);
    return new LayerGraph(index, prefix(edges), edges, tuned.stored(), List.copyOf(shown), others);
  }

  /** Equal for layers that have the same edges between the same states. */
  private static String kind(List<Edge> edges) {
    String prefix = prefix(edges);
    return edges.stream()
        .map(
            edge ->
                edge.op().name()
                    + edge.isTrainable()
                    + local(prefix, edge.name())
                    + edge.inputs().stream()
                        .filter(input -> input.name().startsWith(prefix))
                        .map(input -> local(prefix, input.name()))
                        .toList())
        .collect(Collectors.joining());
  }

  private static String described(List<Edge> edges) {
    String prefix = prefix(edges);
    List<String> trained =
        edges.stream().filter(Edge::isTrainable).map(e -> local(prefix, e.name())).toList();
    return trained.isEmpty() ? "no trained edge" : "trained edges to " + String.join(", ", trained);
  }

  /** What the names of all states of a layer begin with, up to a dot. */
  private static String prefix(List<Edge> edges) {
    String common = edges.get(0).name();
    for (Edge edge : edges) {
      while ((!common.isEmpty() && !common.endsWith(".")) || !edge.name().startsWith(common)) {
        common = common.substring(0, common.lastIndexOf('.', common.length() - 2) + 1);
      }
    }
    return common;
  }

  private static String local(String prefix, String state) {
    return state.startsWith(prefix) ? state.substring(prefix.length()) : state;
  }

  /** A state's name as the picture shows it. */
  String label(String state) {
    return local(prefix, state);
  }

  /** The states that edges of the layer read from elsewhere, then those that it computes. */
  Map<String, State> states() {
    Map<String, State> states = new LinkedHashMap<>();
    Set<String> own = edges.stream().map(Edge::name).collect(Collectors.toSet());
    for (Edge edge : edges) {
      edge.inputs().stream()
          .filter(input -> !own.contains(input.name()))
          .forEach(input -> states.put(input.name(), input));
    }
    edges.forEach(edge -> states.put(edge.name(), edge.output()));
    return states;
  }

  boolean computes(String state) {
    return edges.stream().anyMatch(edge -> edge.name().equals(state));
  }

  /**
   * Whether an edge is added by the tuning: {@code x_v' = x_v + g(x_u)} of (x_v, x_u), one in
   * series, or a branch of one.
   */
  static boolean isControl(Edge edge) {
    return edge.parameters().stream().anyMatch(p -> p.role() == Parameter.Role.CONTROL);
  }
}
