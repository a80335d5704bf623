package dev.statecraft.core.control;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;

/** Trains every weight of the model. */
public record FullTuning() implements Tuning {
  @Override
  public Graph apply(Graph graph) {
    return HeadTuning.train(
        graph,
        parameter ->
            parameter.role() == Parameter.Role.BASE || parameter.role() == Parameter.Role.HEAD);
  }
}
