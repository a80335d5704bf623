package dev.statecraft.adapters;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A linear of a layer, by all its names.
 *
 * @param layer index of the layer
 * @param targets short names, the family's own before PEFT's
 * @param module name in the checkpoint, for example {@code vit.encoder.layer.0.output.dense}
 * @param peftModule name that PEFT matches and saves, for example {@code vit.layers.0.mlp.fc2}
 */
record Projection(int layer, List<String> targets, String module, String peftModule) {

  /** All linears of the layers of a family's graph, in the graph's order. */
  static List<Projection> of(TaskModel family) {
    Graph graph = family.graph();
    Map<String, Integer> order = new HashMap<>();
    graph.edges().forEach(edge -> order.put(edge.name(), order.size()));
    List<Projection> found = new ArrayList<>();
    for (Layer layer : graph.layers()) {
      Map<Integer, List<String>> byState = new TreeMap<>();
      for (Map.Entry<String, String> entry : layer.projections().entrySet()) {
        byState
            .computeIfAbsent(order.get(entry.getValue()), key -> new ArrayList<>())
            .add(entry.getKey());
      }
      for (Map.Entry<Integer, List<String>> entry : byState.entrySet()) {
        found.add(projection(family, layer, entry.getValue(), graph.edges().get(entry.getKey())));
      }
    }
    return found;
  }

  private static Projection projection(
      TaskModel family, Layer layer, List<String> targets, Edge linear) {
    // Where PEFT has another name, the family's own is the one that is translated.
    List<String> own =
        targets.stream().filter(t -> !family.backbone().peftTarget(t).equals(t)).toList();
    List<String> ordered = new ArrayList<>(own);
    targets.stream().filter(target -> !own.contains(target)).sorted().forEach(ordered::add);
    String weight = linear.parameters().get(0).name();
    if (!weight.endsWith(".weight")) {
      throw new GraphException("expected a linear's weight, found '" + weight + "'");
    }
    String module = weight.substring(0, weight.length() - ".weight".length());
    return new Projection(
        layer.index(), List.copyOf(ordered), module, family.backbone().peftModule(module));
  }

  /** Its full names, PEFT's first. */
  List<String> names() {
    return List.of(peftModule, module);
  }

  /** The short name to use. */
  String target() {
    return targets.get(0);
  }
}
