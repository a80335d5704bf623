package dev.statecraft.core.run;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What ops compute from parameters whose values are final: kept from the first pass on. */
final class DerivedValues implements AutoCloseable {
  private final Map<String, Tensor> values = new HashMap<>();

  /** A value, computed when it is first asked for. */
  Tensor of(String name, Supplier<Tensor> computed) {
    Tensor value = values.get(name);
    if (value == null) {
      value = computed.get().escape();
      value.claim(MemoryCategory.WEIGHTS);
      values.put(name, value);
    }
    return value;
  }

  @Override
  public void close() {
    values.values().forEach(Tensor::close);
  }
}
