package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.Generator;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * DARE (Yu et al. 2024, "Language Models are Super Mario: Absorbing Abilities from Homologous
 * Models as a Free Lunch"): drop and rescale. Each entry of {@code W_i} is 0 with probability p,
 * and otherwise divided by 1 - p; the result is the mean of what is left, which on the average is
 * the mean of the {@code W_i}.
 *
 * <p>Whether an entry is dropped is a function of the seed, the run's key, the edge's name and the
 * entry's place in the matrix, and so the same in whatever order runs are given, and whichever
 * others there are. The entries of values that are no update are dropped by seed, key and place
 * alone.
 *
 * <p>The result has every rank that its size allows, and is brought to one: the share kept is told.
 *
 * @param drop p, from 0 to below 1
 * @param seed of what is dropped
 * @param keys what each run is known by, by its number; runs of one key drop the same
 * @param resultRank the most that a result has; if it is not told, the sum of the runs' ranks
 */
public record Dare(double drop, long seed, List<String> keys, OptionalInt resultRank)
    implements CombineMethod {
  /**
   * @throws IllegalArgumentException if p is not from 0 to below 1, or the rank not positive
   */
  public Dare {
    Ties.requireShare("drop", drop, drop < 1);
    Ties.requireRank(resultRank);
    keys = List.copyOf(keys);
  }

  @Override
  public Truncated combine(EdgeUpdates updates) {
    double[] sum = new double[Math.toIntExact(updates.out() * updates.in())];
    for (int i = 0; i < updates.count(); i++) {
      add(
          sum,
          updates.updates().get(i).values(),
          draws(updates.runs().get(i), updates.edge()),
          updates.count());
    }
    return Ties.ofRank(updates, sum, resultRank);
  }

  private void add(double[] sum, double[] values, SplittableRandom draws, int runs) {
    double factor = 1 / ((1 - drop) * runs);
    for (int i = 0; i < values.length; i++) {
      if (draws.nextDouble() >= drop) {
        sum[i] += factor * values[i];
      }
    }
  }

  private SplittableRandom draws(int run, String edge) {
    if (run < 0 || run >= keys.size()) {
      throw new IllegalArgumentException(
          "keys: expected one for run " + run + ", found " + keys.size());
    }
    String key = keys.get(run);
    // The length first, so that no key and edge are another key and edge.
    long mixed = Generator.mix(seed, key.length());
    for (char letter : (key + edge).toCharArray()) {
      mixed = Generator.mix(mixed, letter);
    }
    return new SplittableRandom(mixed);
  }

  @Override
  public int rank(long out, long in, List<Integer> ranks) {
    return Ties.rank(out, in, ranks, resultRank);
  }

  @Override
  public double[] values(List<double[]> differences, int[] runs) {
    Differences all = new Differences(differences, runs);
    double[] sum = new double[all.length()];
    for (int i = 0; i < all.count(); i++) {
      add(sum, all.of(i), draws(runs[i], ""), all.count());
    }
    return sum;
  }
}
