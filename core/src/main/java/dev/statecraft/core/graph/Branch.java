package dev.statecraft.core.graph;

import java.util.List;

/**
 * A state that a control edge adds to the graph: what it makes of the state u that it reads, for
 * itself and for others.
 *
 * @param name of the new state
 * @param op how, from the one input x_u
 * @param parameters of the op
 */
public record Branch(String name, Op op, List<Parameter> parameters) {
  public Branch {
    parameters = List.copyOf(parameters);
  }

  Edge edge(State u, Shape shape, int layer) {
    return new Edge(new State(name, shape, op.precision()), op, List.of(u), parameters, layer);
  }
}
