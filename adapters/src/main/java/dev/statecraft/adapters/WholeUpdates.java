package dev.statecraft.adapters;

import dev.statecraft.core.graph.FactorPair;
import dev.statecraft.core.graph.Factors;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A and B of updates that start as a part of weights, as updates of the whole weights: {@code [A;
 * A0]} and {@code [B, -B0]} in float32. All are held at once, which takes twice the adapter's size;
 * to make them takes one weight at a time, in float64.
 */
final class WholeUpdates implements AutoCloseable {
  private final Map<String, Tensor> values = new LinkedHashMap<>();

  private WholeUpdates() {}

  /**
   * Those of a graph; none if nothing of it starts as a part of weights.
   *
   * @param tuned the adapter's graph
   * @param trained A and B as they were trained
   * @param base the weights, whole
   */
  static WholeUpdates of(Graph tuned, CheckpointSource trained, WeightSource base, Torch torch) {
    WholeUpdates updates = new WholeUpdates();
    boolean made = false;
    try {
      WeightSource adapter = CheckpointWeights.of(trained);
      for (FactorPair pair : FactorPair.of(tuned)) {
        if (pair.takesFromWeight()) {
          updates.add(pair, tuned.parameters().get(pair.weight()), adapter, base, torch);
        }
      }
      made = true;
      return updates;
    } finally {
      if (!made) {
        updates.close();
      }
    }
  }

  private void add(
      FactorPair pair, Parameter weight, WeightSource adapter, WeightSource base, Torch torch) {
    try (Scope scope = torch.scope()) {
      Tensor wide = base.value(torch, weight, DType.FLOAT64);
      try (Factors start = pair.partOf(wide, DType.FLOAT32)) {
        Tensor a = adapter.value(torch, pair.a(), DType.FLOAT32);
        Tensor b = adapter.value(torch, pair.b(), DType.FLOAT32);
        Factors whole = Factors.difference(a, b, start);
        values.put(pair.a().name(), whole.a());
        values.put(pair.b().name(), whole.b());
      }
    }
  }

  /** The values of a parameter that is such an A or B. */
  Optional<Tensor> value(String parameter) {
    return Optional.ofNullable(values.get(parameter));
  }

  @Override
  public void close() {
    values.values().forEach(Tensor::close);
  }
}
