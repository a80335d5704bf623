package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.DType;
import java.util.List;
import java.util.OptionalInt;

/**
 * TIES (Yadav et al. 2023, "TIES-Merging: Resolving Interference When Merging Models", algorithm
 * 1), for each matrix of its own. Of every {@code w_i W_i} the entries of the largest magnitude are
 * kept, the rest is 0; at each place the sign of their sum is taken, and the mean of those that
 * have it.
 *
 * <p>The result has every rank that its size allows, and is brought to one: the share kept is told.
 * While it is made, four arrays of the size of the matrix are on the heap.
 *
 * @param density share of the entries of each run that is kept, 0 to 1
 * @param weights w
 * @param resultRank the most that a result has; if it is not told, the sum of the runs' ranks
 */
public record Ties(double density, RunWeights weights, OptionalInt resultRank)
    implements CombineMethod {
  /**
   * @throws IllegalArgumentException if the density is not from 0 to 1, or the rank not positive
   */
  public Ties {
    requireShare("density", density, density <= 1);
    requireRank(resultRank);
  }

  static void requireShare(String name, double value, boolean fits) {
    if (!(value >= 0) || !fits) {
      throw new IllegalArgumentException(name + ": expected a share, found " + value);
    }
  }

  static void requireRank(OptionalInt rank) {
    if (rank.orElse(1) < 1) {
      throw new IllegalArgumentException("rank: expected 1 or more, found " + rank.getAsInt());
    }
  }

  @Override
  public Truncated combine(EdgeUpdates updates) {
    SignElection election = new SignElection(Math.toIntExact(updates.out() * updates.in()));
    for (int i = 0; i < updates.count(); i++) {
      election.add(updates.updates().get(i).values(), density, weights.of(updates.runs().get(i)));
    }
    return ofRank(updates, election.means(), resultRank);
  }

  /** A matrix, brought to a rank. */
  static Truncated ofRank(EdgeUpdates updates, double[] matrix, OptionalInt resultRank) {
    return Truncated.computed(
        updates.torch(),
        () ->
            LowRankUpdate.approximation(
                updates.torch().of(DType.FLOAT64, matrix, updates.out(), updates.in()),
                rank(updates.out(), updates.in(), updates.ranks(), resultRank)));
  }

  static int rank(long out, long in, List<Integer> ranks, OptionalInt resultRank) {
    return resultRank.isPresent()
        ? EdgeUpdates.within(out, in, resultRank.getAsInt())
        : EdgeUpdates.rankOfSum(out, in, ranks);
  }

  @Override
  public int rank(long out, long in, List<Integer> ranks) {
    return rank(out, in, ranks, resultRank);
  }

  @Override
  public double[] values(List<double[]> differences, int[] runs) {
    Differences all = new Differences(differences, runs);
    SignElection election = new SignElection(all.length());
    for (int i = 0; i < all.count(); i++) {
      election.add(all.of(i), density, weights.of(runs[i]));
    }
    return election.means();
  }
}
