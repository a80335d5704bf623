package dev.statecraft.adapters.combine.method;

import java.util.List;

/**
 * A way to make one of what several runs trained on the same base. {@code W_i} is what run i adds
 * to a weight of the base; a run that has no such update has no part in what becomes of that
 * weight, and is not counted where something is divided by the number of runs.
 */
public interface CombineMethod {
  /**
   * Combines the updates of one edge.
   *
   * @return in the caller's scope; the share kept is of what the method defines, before it is
   *     brought to the rank of the result
   */
  Truncated combine(EdgeUpdates updates);

  /**
   * The rank that a result has, or the most that it has where triplets may be too small to be kept:
   * for plans. Never more than the least size of the matrix.
   *
   * <p>The sum of the ranks, unless a method says otherwise.
   *
   * @param ranks of the updates of the runs that have the edge
   */
  default int rank(long out, long in, List<Integer> ranks) {
    return EdgeUpdates.rankOfSum(out, in, ranks);
  }

  /**
   * The same idea for trained values that are no update of low rank: a norm, a bias, a vector.
   * Their mean, unless a method says otherwise.
   *
   * @param differences what each run adds to the base's values, all of one length; at least one
   * @param runs the runs' numbers, in the same order
   * @throws IllegalArgumentException if there are not as many differences as runs, or lengths
   *     differ
   */
  default double[] values(List<double[]> differences, int[] runs) {
    return new Differences(differences, runs).mean();
  }
}
