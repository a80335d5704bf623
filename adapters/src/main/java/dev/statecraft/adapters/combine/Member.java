package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Tensor;

/**
 * One of the adapters that are combined.
 *
 * @param name what messages call it; no other has it
 * @param adapter what was trained
 * @param family the model that it was trained on, with the head that the adapter has
 * @param base the weights of that model
 */
public record Member(String name, Adapter adapter, TaskModel family, WeightSource base) {
  AdapterDescription description() {
    return adapter.description().in(family);
  }

  /** The trained values by the names of the tuned graph's parameters. */
  WeightSource trained() {
    return adapter.weights(family, base);
  }

  /**
   * Checks values that were read.
   *
   * @param what they are, for the message
   * @throws InvalidInputException if one is not finite
   */
  void requireFinite(Tensor values, String what) {
    if (!values.isFinite()) {
      throw new InvalidInputException(
          "combine: expected finite values, found others in '" + what + "' of '" + name + "'");
    }
  }
}
