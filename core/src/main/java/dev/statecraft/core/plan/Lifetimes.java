package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts releases after the last use of every state, and lets ops overwrite inputs that die with
 * them. A state that is computed again lives twice.
 */
final class Lifetimes {
  /** A step before its releases are known. */
  record Draft(Step step, Set<State> reads, List<State> writes) {}

  private Lifetimes() {}

  static List<Step> close(List<Draft> drafts, Set<String> kept, Set<String> fromBatch) {
    // Backwards: the first mention of a state seen from the end of a life is its last use.
    List<List<State>> dying = new ArrayList<>();
    Map<String, Boolean> alive = new HashMap<>();
    for (int i = drafts.size() - 1; i >= 0; i--) {
      Draft draft = drafts.get(i);
      List<State> last = new ArrayList<>();
      for (State read : draft.reads()) {
        if (mortal(read, kept, fromBatch) && alive.put(read.name(), true) == null) {
          last.add(read);
        }
      }
      for (State written : draft.writes()) {
        if (alive.remove(written.name()) == null && mortal(written, kept, fromBatch)) {
          last.add(written);
        }
      }
      dying.add(0, last);
    }
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < drafts.size(); i++) {
      List<State> last = dying.get(i);
      steps.add(withOverwriting(drafts.get(i).step(), new HashSet<>(last)));
      if (!last.isEmpty()) {
        last.sort(java.util.Comparator.comparing(State::name));
        steps.add(new Step.Release(List.copyOf(last)));
      }
    }
    return steps;
  }

  private static boolean mortal(State state, Set<String> kept, Set<String> fromBatch) {
    return !kept.contains(state.name()) && !fromBatch.contains(state.name());
  }

  private static Step withOverwriting(Step step, Set<State> dying) {
    if (step instanceof Step.Compute compute && compute.edges().size() == 1) {
      Edge edge = compute.edges().get(0);
      int index = edge.op().overwrites();
      if (index >= 0) {
        State input = edge.inputs().get(index);
        boolean once = edge.inputs().stream().filter(input::equals).count() == 1;
        if (once && dying.contains(input)) {
          return new Step.Compute(compute.edges(), compute.again(), true);
        }
      }
    }
    return step;
  }
}
