package dev.statecraft.core.plan;

import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Compresses what the backward restores, each state right after its last use in the forward. With
 * that the exact state dies, and is released as all others are.
 */
final class Compression {
  private Compression() {}

  /**
   * Puts the steps in.
   *
   * @param drafts forward and backward, the latter with its restorations
   * @param forward how many of them are the forward's
   */
  static void insert(
      List<Lifetimes.Draft> drafts, int forward, Function<State, StateFormat> formats) {
    Map<State, Integer> lastUses = new HashMap<>();
    for (int i = 0; i < forward; i++) {
      for (State state : drafts.get(i).reads()) {
        lastUses.put(state, i);
      }
      for (State state : drafts.get(i).writes()) {
        lastUses.put(state, i);
      }
    }
    Map<Integer, List<State>> after = new HashMap<>();
    for (Lifetimes.Draft draft : drafts) {
      if (draft.step() instanceof Step.Restore restore) {
        State state = restore.state();
        after.computeIfAbsent(lastUses.get(state), i -> new ArrayList<>()).add(state);
      }
    }
    for (int i = forward - 1; i >= 0; i--) {
      int place = i + 1;
      for (State state : after.getOrDefault(i, List.of())) {
        Step step = new Step.Compress(state, formats.apply(state));
        drafts.add(place++, new Lifetimes.Draft(step, Set.of(state), List.of()));
      }
    }
  }
}
