package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.Tensor;

/** What enters an edge on examples of the runs. */
public interface EdgeInputs {
  /**
   * What enters an edge where the run's own examples go through its own model.
   *
   * @param edge its name
   * @param run its number
   * @return X {@code [rows, in]}, float64, with a row or more; made in the current scope, or owned
   *     by whoever gives the inputs
   */
  Tensor of(String edge, int run);
}
