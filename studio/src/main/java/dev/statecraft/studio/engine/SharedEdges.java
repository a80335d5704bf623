package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** What the adapters of several tasks have in common: all but their heads. */
final class SharedEdges {
  private SharedEdges() {}

  /**
   * Checks that the adapters are one, but for their heads.
   *
   * @param torch in which values are compared
   * @throws InvalidInputException if one has other edges than the first, or other values
   */
  static void require(List<MixedTask> tasks, Torch torch) {
    MixedTask first = tasks.get(0);
    Map<String, Edge> expected = edges(first.tuned().graph());
    for (MixedTask task : tasks.subList(1, tasks.size())) {
      Map<String, Edge> found = edges(task.tuned().graph());
      TreeSet<String> others = new TreeSet<>(expected.keySet());
      others.addAll(found.keySet());
      others.removeIf(name -> Objects.equals(found.get(name), expected.get(name)));
      if (!others.isEmpty()) {
        throw new InvalidInputException(
            task.given().adapter()
                + ": expected the tuned edges of "
                + first.given().adapter()
                + ", found others at "
                + others.first()
                + (others.size() > 1 ? " and " + (others.size() - 1) + " more" : ""));
      }
      for (Edge edge : expected.values()) {
        edge.parameters().stream()
            .filter(SharedEdges::isShared)
            .forEach(parameter -> requireEqual(parameter, first, task, torch));
      }
    }
  }

  /** The edges that an adapter says something of, but for the head, by what they compute. */
  private static Map<String, Edge> edges(Graph graph) {
    Map<String, Edge> edges = new LinkedHashMap<>();
    graph.edges().stream()
        .filter(edge -> edge.parameters().stream().anyMatch(SharedEdges::isShared))
        .forEach(edge -> edges.put(edge.name(), edge));
    return edges;
  }

  private static boolean isShared(Parameter parameter) {
    return parameter.isSaved() && parameter.role() != Parameter.Role.HEAD;
  }

  private static void requireEqual(
      Parameter parameter, MixedTask first, MixedTask other, Torch torch) {
    try (Scope scope = torch.scope()) {
      Tensor expected = first.tuned().source().value(torch, parameter, DType.FLOAT32);
      Tensor found = other.tuned().source().value(torch, parameter, DType.FLOAT32);
      // Not a number where a value is none: then they are not the same either.
      if (!(expected.subInPlace(found).norm() == 0)) {
        throw new InvalidInputException(
            other.given().adapter()
                + ": expected the values of "
                + first.given().adapter()
                + ", found others in "
                + parameter.name());
      }
    }
  }
}
