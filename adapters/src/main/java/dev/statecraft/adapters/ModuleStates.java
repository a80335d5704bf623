package dev.statecraft.adapters;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The states that enter and leave the modules of a model in Python, by the modules' names there.
 *
 * <p>Nothing is told by families; all of it is in the graph. A module that owns weights is an edge.
 * A layer's module is its {@link Layer}. Between them lies what a layer is made of ({@code
 * self_attn}, {@code mlp}, BERT's {@code attention.output}): the edges whose weights have names
 * beneath it, and what is computed of nothing but their states; not a multiplier, which the layer
 * applies to what has left the module (Granite). The first of them reads what enters it, and it is
 * left by the one state that leads to no other of them; where there is no such one, the module is
 * not known.
 *
 * @param modules by name, in the graph's order
 */
record ModuleStates(Map<String, Ends> modules) {
  private static final String WEIGHT = ".weight";

  /**
   * What enters and leaves a module.
   *
   * @param module its name
   * @param in name of the state that enters it
   * @param out name of the state that leaves it
   * @param inLayer whether it is a part of a layer
   */
  record Ends(String module, String in, String out, boolean inLayer) {
    private long depth() {
      return module.chars().filter(c -> c == '.').count();
    }
  }

  static ModuleStates of(TaskModel family) {
    Graph graph = family.graph();
    Backbone backbone = family.backbone();
    Map<String, Ends> found = new LinkedHashMap<>();
    for (Edge edge : graph.edges()) {
      weighed(edge, backbone).forEach(name -> put(found, name, edge, edge.name()));
    }
    for (Layer layer : graph.layers()) {
      String module = backbone.peftModule(layer.module());
      found.put(module, new Ends(module, layer.input(), layer.output(), false));
      groups(graph, layer, backbone)
          .forEach(
              (name, members) ->
                  end(members, graph).ifPresent(end -> put(found, name, members.get(0), end)));
    }
    return new ModuleStates(found);
  }

  private static void put(Map<String, Ends> found, String module, Edge first, String out) {
    found.putIfAbsent(
        module, new Ends(module, first.inputs().get(0).name(), out, first.layer() >= 0));
  }

  /** The module whose weight an edge reads, under its names; the family's own comes last. */
  private static List<String> weighed(Edge edge, Backbone backbone) {
    if (edge.parameters().isEmpty() || edge.inputs().isEmpty()) {
      return List.of();
    }
    String weight = edge.parameters().get(0).name();
    if (!weight.endsWith(WEIGHT)) {
      return List.of();
    }
    String own = weight.substring(0, weight.length() - WEIGHT.length());
    return List.of(backbone.peftModule(own), own).stream().distinct().toList();
  }

  /** The edges of a layer by the modules that they lie in, of those beneath the layer's. */
  private static Map<String, List<Edge>> groups(Graph graph, Layer layer, Backbone backbone) {
    String begin = backbone.peftModule(layer.module()) + ".";
    List<Edge> edges = graph.edges().stream().filter(e -> e.layer() == layer.index()).toList();
    Map<String, List<Edge>> groups = new LinkedHashMap<>();
    for (Edge edge : edges) {
      for (String module : weighed(edge, backbone).stream().limit(1).toList()) {
        int dot = module.lastIndexOf('.');
        while (module.startsWith(begin) && dot >= begin.length()) {
          groups.computeIfAbsent(module.substring(0, dot), key -> new ArrayList<>()).add(edge);
          dot = module.lastIndexOf('.', dot - 1);
        }
      }
    }
    groups.values().forEach(members -> addComputed(members, edges));
    return groups;
  }

  /** Adds what is computed without weights of the members' states alone. */
  private static void addComputed(List<Edge> members, List<Edge> edges) {
    Set<String> states = new HashSet<>();
    members.forEach(member -> states.add(member.name()));
    for (Edge edge : edges) {
      boolean inside =
          edge.parameters().isEmpty()
              && !edge.op().name().equals("scale")
              && edge.inputs().stream().allMatch(input -> states.contains(input.name()));
      if (inside && states.add(edge.name())) {
        members.add(edge);
      }
    }
  }

  /** The one state of a group that leads to no other of it. */
  private static Optional<String> end(List<Edge> members, Graph graph) {
    int layer = members.get(0).layer();
    Set<String> names = new HashSet<>();
    members.forEach(member -> names.add(member.name()));
    Set<String> leading = new HashSet<>();
    List<Edge> edges = graph.edges();
    for (int i = edges.size() - 1; i >= 0; i--) {
      Edge edge = edges.get(i);
      if (edge.layer() == layer && (names.contains(edge.name()) || leading.contains(edge.name()))) {
        edge.inputs().forEach(input -> leading.add(input.name()));
      }
    }
    List<String> ends = names.stream().filter(name -> !leading.contains(name)).toList();
    return ends.size() == 1 ? Optional.of(ends.get(0)) : Optional.empty();
  }

  /** Those that a state enters, parts of layers first, of those the outermost. */
  List<Ends> entered(String state) {
    return sorted(modules.values().stream().filter(ends -> ends.in().equals(state)).toList());
  }

  /** Those that a state leaves, in the same order. */
  List<Ends> left(String state) {
    return sorted(modules.values().stream().filter(ends -> ends.out().equals(state)).toList());
  }

  private static List<Ends> sorted(List<Ends> ends) {
    return ends.stream()
        .sorted(Comparator.comparing((Ends e) -> !e.inLayer()).thenComparingLong(Ends::depth))
        .toList();
  }
}
