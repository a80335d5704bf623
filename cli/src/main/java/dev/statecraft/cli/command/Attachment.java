package dev.statecraft.cli.command;

import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.ModelDefaults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a method with its default options attaches to a graph.
 *
 * @param method the method's name
 * @param trainableParameters how many numbers it trains
 * @param states of the first layer whose edges are trained; of the whole graph if it has no layers
 */
record Attachment(String method, long trainableParameters, List<String> states) {
  Attachment {
    states = List.copyOf(states);
  }

  static List<Attachment> ofAll(Graph graph, ModelDefaults defaults) {
    List<Attachment> attachments = new ArrayList<>();
    // Others have no default: their user lists edges.
    for (String method : Methods.alone()) {
      Graph tuned = Methods.parse(method).tuning(defaults).apply(graph);
      attachments.add(
          new Attachment(
              method,
              tuned.trainableParameters().stream().mapToLong(Parameter::elements).sum(),
              states(tuned)));
    }
    return attachments;
  }

  private static List<String> states(Graph tuned) {
    return tuned.edges().stream()
        .filter(edge -> edge.isTrainable() && edge.layer() <= 0)
        .map(Edge::name)
        .toList();
  }

  static String table(List<Attachment> attachments) {
    Table table = new Table(List.of("method", "trainable parameters", "trains the edges to"));
    for (Attachment attachment : attachments) {
      table.row(
          List.of(
              attachment.method,
              Units.count(attachment.trainableParameters),
              shortened(attachment.states)));
    }
    return table.render();
  }

  private static String shortened(List<String> states) {
    int most = 5;
    return states.size() <= most
        ? String.join(", ", states)
        : String.join(", ", states.subList(0, most)) + " and " + (states.size() - most) + " more";
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", method);
    map.put("trainable_parameters", trainableParameters);
    map.put("states", states);
    return map;
  }
}
