package dev.statecraft.core.graph;

import java.util.List;

/**
 * What a control edge reads of other edges.
 *
 * @param states each computed before the edge
 * @param parameters of those edges, which it trains along with them
 */
public record Sources(List<State> states, List<Parameter> parameters) {
  static final Sources NONE = new Sources(List.of(), List.of());

  public Sources {
    states = List.copyOf(states);
    parameters = List.copyOf(parameters);
  }
}
