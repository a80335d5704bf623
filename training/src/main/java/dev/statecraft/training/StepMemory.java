package dev.statecraft.training;

import dev.statecraft.core.run.Ledger;
import dev.statecraft.core.run.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory of an optimizer step from its begin to its end.
 *
 * @param peak its fullest moment
 * @param timeline the fullest moment of every layer on the way forward and back, in order
 * @param storedStates bytes by layer (its index, or {@code outside}) and name, stored at the peak;
 *     they add up to the peak's stored states
 */
public record StepMemory(
    MemoryUse peak, List<Moment> timeline, Map<String, Map<String, Long>> storedStates) {
  /** The key of stored states that belong to no layer. */
  public static final String OUTSIDE = "outside";

  /**
   * A moment of the step.
   *
   * @param step where it is, such as {@code backward layer 3}
   */
  public record Moment(String step, MemoryUse use) {}

  public StepMemory {
    timeline = List.copyOf(timeline);
    storedStates = Collections.unmodifiableMap(new LinkedHashMap<>(storedStates));
  }

  /** What a ledger wrote down about a step that tunes these weights. */
  public static StepMemory of(Weights weights, Ledger ledger) {
    List<Moment> timeline = new ArrayList<>();
    for (Ledger.Entry entry : ledger.timeline()) {
      timeline.add(new Moment(entry.step(), MemoryUse.of(weights, entry.memory())));
    }
    Map<String, Map<String, Long>> stored = new LinkedHashMap<>();
    for (Ledger.Stored state : ledger.storedAtPeak()) {
      stored
          .computeIfAbsent(
              state.layer() < 0 ? OUTSIDE : String.valueOf(state.layer()),
              layer -> new LinkedHashMap<>())
          .put(state.name(), state.bytes());
    }
    return new StepMemory(MemoryUse.of(weights, ledger.peak().memory()), timeline, stored);
  }
}
