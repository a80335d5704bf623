package dev.statecraft.models.train;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run's memory went to in the step that needed most.
 *
 * @param peakBytes all tensors at that moment
 * @param categories bytes by category; they add up to the peak
 */
public record MemoryUse(long peakBytes, Map<String, Long> categories) {
  public MemoryUse {
    categories = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(categories));
  }

  /** Splits a measured peak: what is held all the time is known, the rest came from the pass. */
  public static MemoryUse of(StatePlan plan, Weights weights, Extents extents, long peakBytes) {
    long trained = weights.flatValues().bytes();
    long stored = 0;
    for (State state : plan.stored()) {
      stored += plan.format(state).bytes(state, extents, type(state, weights));
    }
    long data = 8 * (4 * extents.tokens() + 2 * extents.labels());
    long heads = 0;
    for (Parameter parameter : plan.graph().trainableParameters()) {
      heads +=
          parameter.role() == Parameter.Role.CONTROL
              ? 0
              : parameter.elements() * weights.flatValues().dtype().bytes();
    }
    Map<String, Long> categories = new LinkedHashMap<>();
    categories.put("weights", weights.frozenBytes() + heads);
    categories.put("control_parameters", trained - heads);
    categories.put("gradients", trained);
    categories.put("moments", 2 * trained);
    long held = weights.frozenBytes() + 4 * trained;
    long ofPass = Math.max(0, peakBytes - held);
    long states = Math.min(stored, ofPass);
    categories.put("stored_states", states);
    categories.put("data", Math.min(data, ofPass - states));
    categories.put("workspace", ofPass - states - Math.min(data, ofPass - states));
    return new MemoryUse(peakBytes, categories);
  }

  private static DType type(State state, Weights weights) {
    return state.precision() == Precision.MASTER
        ? weights.computeType().master()
        : weights.computeType();
  }
}
