package dev.statecraft.core.run;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.util.Map;

/**
 * One micro-batch: the states that come from data, and how its sequences lie.
 *
 * @param extents its axes, and where sequences begin and end along them
 * @param states values of the graph's inputs by name; owned by the batch
 */
public record Batch(Extents extents, Map<String, Tensor> states) implements AutoCloseable {
  public Batch {
    states = Map.copyOf(states);
    states.values().forEach(value -> value.claim(MemoryCategory.DATA));
  }

  /**
   * The value of an input of the graph.
   *
   * @throws IllegalArgumentException if the batch does not bring it
   */
  public Tensor state(String name) {
    Tensor value = states.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "the batch: expected a value for '" + name + "', found " + states.keySet());
    }
    return value;
  }

  @Override
  public void close() {
    states.values().forEach(Tensor::close);
  }
}
