package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * The updates of one edge, of the runs that have it.
 *
 * @param edge its name, the same in all runs
 * @param runs their numbers
 * @param updates of each, in the order of {@code runs}
 */
public record EdgeUpdates(String edge, List<Integer> runs, List<LowRankUpdate> updates) {
  /**
   * @throws IllegalArgumentException if there is not one update for each run, or their sizes differ
   */
  public EdgeUpdates {
    runs = List.copyOf(runs);
    updates = List.copyOf(updates);
    if (runs.size() != updates.size()) {
      throw new IllegalArgumentException(
          "edge %s: expected an update for each of %d runs, found %d"
              .formatted(edge, runs.size(), updates.size()));
    }
    LowRankUpdate.requireAlike(updates);
  }

  int count() {
    return runs.size();
  }

  long out() {
    return updates.get(0).out();
  }

  long in() {
    return updates.get(0).in();
  }

  Torch torch() {
    return updates.get(0).b().torch();
  }

  List<Integer> ranks() {
    return updates.stream().map(LowRankUpdate::rank).toList();
  }

  /** The sum of the updates, each by the weight of its run. */
  LowRankUpdate sum(IntToDoubleFunction weightOfRun) {
    List<LowRankUpdate> scaled = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      scaled.add(updates.get(i).scaled(weightOfRun.applyAsDouble(runs.get(i))));
    }
    return LowRankUpdate.sum(scaled);
  }

  /** The rank of updates side by side, as far as a matrix can have it. */
  static int rankOfSum(long out, long in, List<Integer> ranks) {
    return within(out, in, ranks.stream().mapToLong(Integer::longValue).sum());
  }

  /** A rank, as far as a matrix can have it. */
  static int within(long out, long in, long rank) {
    return Math.toIntExact(Math.min(rank, Math.min(out, in)));
  }
}
