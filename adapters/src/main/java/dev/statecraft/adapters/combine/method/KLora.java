package dev.statecraft.adapters.combine.method;

import java.util.List;

/**
 * K-LoRA (Ouyang et al. 2025, "K-LoRA: Unlocking Training-Free Fusion of Any Subject and Style
 * LoRAs", arXiv 2502.18461): every edge is one run's as it is. It is that of the run whose k
 * largest magnitudes add up to most, in proportion to the magnitudes of all that the run trained on
 * such edges: {@code argmax_i top_k(|W_i|) / T_i}, T_i the sum of the magnitudes on all edges that
 * are compared. For two runs that is the paper's rule, run 0 where {@code top_k(|W_0|) / (T_0 /
 * T_1) > top_k(|W_1|)}; where both are equal the later run is taken, as there. The paper's scale
 * that changes with the steps of a diffusion model has no counterpart here.
 *
 * <p>The paper's k is the product of the two ranks. Of any number of runs it is the square of the
 * geometric mean of their ranks, rounded, which for two is that product.
 *
 * <p>Trained values that are no update have no rank. They are those of the run for which the sum of
 * all their magnitudes, in proportion to T_i, is the largest: which changed them most for how much
 * it changed at all. Where no low-rank edges are compared, every T is 0, and the sums are compared
 * as they are.
 *
 * @param totals T, by the number of a run
 */
public record KLora(List<Double> totals) implements CombineMethod {
  /**
   * @throws IllegalArgumentException if a total is negative or not finite
   */
  public KLora {
    totals = List.copyOf(totals);
    if (!totals.stream().allMatch(total -> total >= 0 && Double.isFinite(total))) {
      throw new IllegalArgumentException("totals: expected sums of magnitudes, found " + totals);
    }
  }

  /** The sum of the magnitudes of an update: what it adds to its run's total. */
  public static double total(LowRankUpdate update) {
    return Magnitudes.sum(update.values());
  }

  @Override
  public Truncated combine(EdgeUpdates updates) {
    long k = entries(updates.ranks());
    double[] sums = new double[updates.count()];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = Magnitudes.sumOfLargest(updates.updates().get(i).values(), k);
    }
    int[] runs = updates.runs().stream().mapToInt(Integer::intValue).toArray();
    return Truncated.exactly(updates.torch(), () -> updates.updates().get(largest(sums, runs)));
  }

  /** k. */
  static long entries(List<Integer> ranks) {
    double logarithms = ranks.stream().mapToDouble(Math::log).sum();
    return Math.round(Math.exp(2 * logarithms / ranks.size()));
  }

  private int largest(double[] sums, int[] runs) {
    int best = 0;
    for (int i = 1; i < sums.length; i++) {
      if (share(sums[i], runs[i]) >= share(sums[best], runs[best])) {
        best = i;
      }
    }
    return best;
  }

  private double share(double sum, int run) {
    if (run < 0 || run >= totals.size()) {
      throw new IllegalArgumentException(
          "totals: expected one for run " + run + ", found " + totals.size());
    }
    return totals.get(run) == 0 ? sum : sum / totals.get(run);
  }

  @Override
  public int rank(long out, long in, List<Integer> ranks) {
    return EdgeUpdates.within(
        out, in, ranks.stream().mapToInt(Integer::intValue).max().orElseThrow());
  }

  @Override
  public double[] values(List<double[]> differences, int[] runs) {
    Differences all = new Differences(differences, runs);
    double[] sums = differences.stream().mapToDouble(Magnitudes::sum).toArray();
    return all.of(largest(sums, runs)).clone();
  }
}
