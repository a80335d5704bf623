package dev.statecraft.adapters.combine.method;

import java.util.List;

/**
 * The best approximation of the weighted sum {@code sum_i w_i W_i} that has at most a rank (Eckart
 * and Young 1936). Trained values that are no update of low rank are summed by the same weights.
 *
 * @param resultRank the most that a result has, 1 or more
 * @param weights w; {@link RunWeights#ONES} makes it that of the plain sum
 */
public record Svd(int resultRank, RunWeights weights) implements CombineMethod {
  /**
   * @throws IllegalArgumentException if the rank is not positive
   */
  public Svd {
    if (resultRank < 1) {
      throw new IllegalArgumentException("rank: expected 1 or more, found " + resultRank);
    }
  }

  @Override
  public Truncated combine(EdgeUpdates updates) {
    return Truncated.computed(
        updates.torch(), () -> updates.sum(weights::of).truncated(resultRank));
  }

  @Override
  public int rank(long out, long in, List<Integer> ranks) {
    return Math.min(resultRank, EdgeUpdates.rankOfSum(out, in, ranks));
  }

  @Override
  public double[] values(List<double[]> differences, int[] runs) {
    return new Differences(differences, runs).sum(weights::of);
  }
}
