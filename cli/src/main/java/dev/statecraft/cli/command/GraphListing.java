package dev.statecraft.cli.command;

import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The states and edges of a graph for people and programs. */
record GraphListing(Graph graph) {
  private static long elements(List<Parameter> parameters) {
    return parameters.stream().mapToLong(Parameter::elements).sum();
  }

  String text(String family, boolean everyLayer) {
    long all = elements(List.copyOf(graph.parameters().values()));
    String head =
        family
            + ": "
            + graph.layers().size()
            + " layers, "
            + Units.count(graph.states().size())
            + " states, "
            + Units.count(all)
            + " parameters, "
            + Units.count(elements(graph.trainableParameters()))
            + " of them trained\n";
    return head + places() + "\n" + edges(everyLayer);
  }

  /** What control edges can name in each layer. */
  private String places() {
    StringBuilder text = new StringBuilder();
    for (Layer first : firstLayers()) {
      text.append("\nPlaces of a layer");
      text.append(first.stack().isEmpty() ? "" : " of the " + first.stack());
      text.append(", and its states in the first\n");
      first.places().forEach((place, state) -> text.append("  " + place + ": " + state + "\n"));
      text.append("  targets: ");
      text.append(first.projections().keySet().stream().sorted().collect(Collectors.joining(", ")));
      text.append("\n");
    }
    return text.toString();
  }

  /** The first layer of every stack. */
  private List<Layer> firstLayers() {
    Map<String, Layer> firsts = new LinkedHashMap<>();
    graph.layers().forEach(layer -> firsts.putIfAbsent(layer.stack(), layer));
    return List.copyOf(firsts.values());
  }

  private String edges(boolean everyLayer) {
    Table table = new Table(List.of("state", "shape", "computed by", "from", "parameters"));
    for (State input : graph.inputs()) {
      table.row(List.of(input.name(), input.shape().toString(), "input", "", ""));
    }
    List<Integer> listed = firstLayers().stream().map(Layer::index).toList();
    for (Edge edge : graph.edges()) {
      if (everyLayer || edge.layer() < 0 || listed.contains(edge.layer())) {
        table.row(
            List.of(
                edge.name(),
                edge.output().shape().toString(),
                edge.op().name(),
                edge.inputs().stream().map(State::name).collect(Collectors.joining(", ")),
                edge.parameters().stream()
                    .map(GraphListing::shown)
                    .collect(Collectors.joining(", "))));
      }
    }
    int layers = graph.layers().size();
    String rest =
        everyLayer || layers <= Math.max(1, listed.size())
            ? ""
            : (listed.size() > 1 ? "Other layers" : "Layers 1 to " + (layers - 1))
                + " are not listed; --all lists them.\n";
    return "States in the order of computation (* is trained)\n" + table.render() + rest;
  }

  private static String shown(Parameter parameter) {
    return (parameter.trainable() ? "*" : "") + parameter;
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("parameters", elements(List.copyOf(graph.parameters().values())));
    map.put("trainable_parameters", elements(graph.trainableParameters()));
    map.put("inputs", graph.inputs().stream().map(GraphListing::stateMap).toList());
    map.put("edges", graph.edges().stream().map(GraphListing::edgeMap).toList());
    map.put("layers", graph.layers().stream().map(GraphListing::layerMap).toList());
    return map;
  }

  private static Map<String, Object> stateMap(State state) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("state", state.name());
    map.put("shape", state.shape().toString());
    return map;
  }

  private static Map<String, Object> edgeMap(Edge edge) {
    Map<String, Object> map = stateMap(edge.output());
    map.put("op", edge.op().name());
    map.put("from", edge.inputs().stream().map(State::name).toList());
    map.put("layer", edge.layer());
    map.put("parameters", edge.parameters().stream().map(GraphListing::parameterMap).toList());
    return map;
  }

  private static Map<String, Object> parameterMap(Parameter parameter) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", parameter.name());
    map.put("shape", parameter.shape());
    map.put("trainable", parameter.trainable());
    return map;
  }

  private static Map<String, Object> layerMap(Layer layer) {
    Map<String, Object> map = new LinkedHashMap<>(layer.places());
    if (!layer.stack().isEmpty()) {
      map.put("stack", layer.stack());
    }
    map.put("targets", layer.projections());
    return map;
  }
}
