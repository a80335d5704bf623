package dev.statecraft.adapters.combine.method;

import java.util.List;

/**
 * A weighted sum, {@code sum_i w_i W_i}: the task arithmetic of Ilharco et al. (2023, "Editing
 * Models with Task Arithmetic"). Weights need not add up to 1, and may be negative. Exact: the
 * factors lie side by side.
 *
 * @param weights w
 */
public record Linear(RunWeights weights) implements CombineMethod {
  @Override
  public Truncated combine(EdgeUpdates updates) {
    return Truncated.exactly(updates.torch(), () -> updates.sum(weights::of));
  }

  @Override
  public double[] values(List<double[]> differences, int[] runs) {
    return new Differences(differences, runs).sum(weights::of);
  }
}
