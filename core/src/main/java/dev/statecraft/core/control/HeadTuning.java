package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import java.util.function.Predicate;

/** Trains the task's head alone: the linear probe. */
public record HeadTuning() implements Tuning {
  @Override
  public Graph apply(Graph graph) {
    return train(graph, parameter -> parameter.role() == Parameter.Role.HEAD);
  }

  /** Marks the parameters that {@code chosen} accepts as trainable. */
  static Graph train(Graph graph, Predicate<Parameter> chosen) {
    return graph
        .edit()
        .replaceAll(
            edge -> {
              boolean touched = edge.parameters().stream().anyMatch(chosen);
              return touched ? trained(edge, chosen) : edge;
            })
        .build();
  }

  private static Edge trained(Edge edge, Predicate<Parameter> chosen) {
    return edge.withParameters(
        edge.parameters().stream()
            .map(parameter -> chosen.test(parameter) ? parameter.withTrainable(true) : parameter)
            .toList());
  }
}
