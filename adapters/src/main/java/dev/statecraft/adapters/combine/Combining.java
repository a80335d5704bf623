package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.combine.method.CombineMethod;
import dev.statecraft.base.UsageException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How adapters are combined.
 *
 * @param label the method's word, for messages
 * @param method makes one update of several
 * @param shares the factor of every run in a sum, where the method is one: what makes one of
 *     functions that have no product B A; empty if it is none. It is asked for the runs that have
 *     the edge
 * @param weights of the runs, if they were given: then they are factors of edges that one run has,
 *     too
 * @param rank the most that an update made of several may have; empty for what the method gives
 * @param onCycle what to do with edges that would close a cycle
 */
public record Combining(
    String label,
    CombineMethod method,
    Optional<Shares> shares,
    Optional<List<Double>> weights,
    OptionalInt rank,
    OnCycle onCycle) {
  /** Factors of runs in a sum. */
  public interface Shares {
    /** That of a run, of those that have an edge. */
    double of(int run, List<Integer> runs);
  }

  /** Checks. */
  public Combining {
    weights = weights.map(List::copyOf);
    if (rank.isPresent() && rank.getAsInt() < 1) {
      throw new UsageException("--rank: expected 1 or more, found " + rank.getAsInt());
    }
  }

  /** The factor of an edge that one run alone has, if it is not 1. */
  OptionalDouble alone(int run) {
    return weights.isPresent() && weights.get().get(run) != 1
        ? OptionalDouble.of(weights.get().get(run))
        : OptionalDouble.empty();
  }

  /** What an update that is made of several comes out with, before anything is dropped. */
  int rank(long out, long in, List<Integer> ranks) {
    int natural = method.rank(out, in, ranks);
    return rank.isPresent() ? Math.min(natural, rank.getAsInt()) : natural;
  }
}
