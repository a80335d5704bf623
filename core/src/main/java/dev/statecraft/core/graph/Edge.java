package dev.statecraft.core.graph;

import java.util.List;

/**
 * Computes one state from others.
 *
 * @param output the state it computes, which also names the edge
 * @param op how
 * @param inputs states it reads, in the op's order
 * @param parameters weights it reads, in the op's order
 * @param layer index of the layer it belongs to, or -1
 */
public record Edge(State output, Op op, List<State> inputs, List<Parameter> parameters, int layer) {
  public Edge {
    inputs = List.copyOf(inputs);
    parameters = List.copyOf(parameters);
  }

  public String name() {
    return output.name();
  }

  public boolean isTrainable() {
    return parameters.stream().anyMatch(Parameter::trainable);
  }

  Edge withOutput(State other) {
    return new Edge(other, op, inputs, parameters, layer);
  }

  /** The same edge with other parameters. */
  public Edge withParameters(List<Parameter> others) {
    return new Edge(output, op, inputs, others, layer);
  }

  /** The same endpoints with another op and parameters. */
  public Edge withOp(Op other, List<Parameter> others) {
    return new Edge(output, other, inputs, others, layer);
  }
}
