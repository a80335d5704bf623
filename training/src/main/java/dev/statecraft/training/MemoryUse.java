package dev.statecraft.training;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.memory.MemoryCategory;
import dev.statecraft.tensor.memory.MemorySnapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What memory was held for at one moment.
 *
 * @param peakBytes all tensors at that moment
 * @param categories bytes by category; they add up to the peak
 * @param stateGradients bytes of the workspace that are gradients of states on their way back
 */
public record MemoryUse(long peakBytes, Map<String, Long> categories, long stateGradients) {
  public MemoryUse {
    categories = Collections.unmodifiableMap(new LinkedHashMap<>(categories));
  }

  /** The session's peak as its blocks were claimed at that very moment. */
  public static MemoryUse atPeak(Weights weights) {
    return of(weights, weights.torch().peak());
  }

  /** A moment of a session in which these weights are tuned. */
  static MemoryUse of(Weights weights, MemorySnapshot moment) {
    // Trained weights of the model itself lie in one block with the control parameters.
    long ofModel =
        weights.parameters().stream()
            .filter(p -> p.trainable() && p.role() != Parameter.Role.CONTROL)
            .mapToLong(Parameter::elements)
            .sum();
    long shift = ofModel * weights.flatValues().dtype().bytes();
    long stateGradients = moment.of(MemoryCategory.STATE_GRADIENTS);
    Map<String, Long> categories = new LinkedHashMap<>();
    put(categories, moment, MemoryCategory.WEIGHTS, shift);
    put(categories, moment, MemoryCategory.CONTROL_PARAMETERS, -shift);
    put(categories, moment, MemoryCategory.GRADIENTS, 0);
    put(categories, moment, MemoryCategory.MOMENTS, 0);
    put(categories, moment, MemoryCategory.STORED_STATES, 0);
    put(categories, moment, MemoryCategory.DATA, 0);
    put(categories, moment, MemoryCategory.WORKSPACE, stateGradients);
    return new MemoryUse(moment.total(), categories, stateGradients);
  }

  private static void put(
      Map<String, Long> categories, MemorySnapshot moment, MemoryCategory category, long more) {
    categories.put(category.label(), moment.of(category) + more);
  }
}
