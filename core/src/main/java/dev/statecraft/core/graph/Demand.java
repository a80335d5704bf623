package dev.statecraft.core.graph;

import java.util.List;

/**
 * Which gradients the backward of an edge is asked for.
 *
 * @param inputs for each input, whether its gradient is wanted
 * @param parameters for each parameter, whether its gradient is wanted
 */
public record Demand(List<Boolean> inputs, List<Boolean> parameters) {
  public Demand {
    inputs = List.copyOf(inputs);
    parameters = List.copyOf(parameters);
  }

  public boolean input(int index) {
    return inputs.get(index);
  }

  public boolean parameter(int index) {
    return parameters.get(index);
  }

  public boolean anyParameter() {
    return parameters.contains(true);
  }

  public boolean any() {
    return inputs.contains(true) || anyParameter();
  }
}
