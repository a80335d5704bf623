package dev.statecraft.core.run;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.Map;

/**
 * What weights hold of {@link FrozenWeights}, which own it.
 *
 * @param values by the names of parameters
 * @param fused buffers of fused linears by the name of their first
 * @param quantized matrices by name
 * @param giveBack to be called once, when none of it is used any more
 */
record Lent(
    Map<String, Tensor> values,
    Map<String, Tensor> fused,
    Map<String, QuantizedMatrix> quantized,
    Runnable giveBack) {
  static final Lent NOTHING = new Lent(Map.of(), Map.of(), Map.of(), () -> {});

  Lent {
    values = Map.copyOf(values);
    fused = Map.copyOf(fused);
    quantized = Map.copyOf(quantized);
  }

  /** Whether it has a parameter. */
  boolean has(String name) {
    return values.containsKey(name) || quantized.containsKey(name);
  }
}
