package dev.statecraft.adapters.combine.method;

/**
 * The mean of the runs that have an edge: {@code sum_i W_i / n}, n their number. Exact: the factors
 * lie side by side.
 */
public record Average() implements CombineMethod {
  @Override
  public Truncated combine(EdgeUpdates updates) {
    return Truncated.exactly(updates.torch(), () -> updates.sum(run -> 1.0 / updates.count()));
  }
}
