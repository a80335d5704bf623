package dev.statecraft.core.graph;

import java.util.ArrayList;
import java.util.List;

/** Collects the inputs, edges and layers of a graph in order; model families use it. */
public final class GraphBuilder {
  private final List<State> inputs = new ArrayList<>();
  private final List<Edge> edges = new ArrayList<>();
  private final List<Layer> layers = new ArrayList<>();
  private int currentLayer = -1;

  /** Declares a state that comes with the batch. */
  public State input(String name, Shape shape, Precision precision) {
    State state = new State(name, shape, precision);
    inputs.add(state);
    return state;
  }

  /** Edges added from now on belong to this layer (-1: to none). */
  public GraphBuilder inLayer(int layer) {
    currentLayer = layer;
    return this;
  }

  /**
   * Adds an edge and returns the state it computes.
   *
   * @throws GraphException if shapes do not fit
   */
  public State edge(String output, Op op, List<State> from, Parameter... parameters) {
    List<Parameter> weights = List.of(parameters);
    Shape shape;
    try {
      shape = op.infer(from, weights);
    } catch (GraphException e) {
      throw new GraphException("state '" + output + "' (" + op.name() + "): " + e.getMessage());
    }
    State state = new State(output, shape, op.precision());
    edges.add(new Edge(state, op, from, weights, currentLayer));
    return state;
  }

  public void layer(Layer layer) {
    layers.add(layer);
  }

  public Graph build() {
    return new Graph(inputs, edges, layers);
  }
}
