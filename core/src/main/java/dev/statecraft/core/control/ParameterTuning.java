package dev.statecraft.core.control;

import dev.statecraft.core.graph.Graph;
import java.util.Set;

/**
 * Trains chosen weights of the model whole.
 *
 * @param parameters their names; names that the graph lacks are ignored
 */
public record ParameterTuning(Set<String> parameters) implements Tuning {
  public ParameterTuning {
    parameters = Set.copyOf(parameters);
  }

  @Override
  public Graph apply(Graph graph) {
    return HeadTuning.train(graph, parameter -> parameters.contains(parameter.name()));
  }
}
