package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.models.head.TaskModel;

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
}
