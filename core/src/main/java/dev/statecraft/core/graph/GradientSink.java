package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Accumulator;

/** Collects the contributions to one gradient. */
public interface GradientSink extends Accumulator {
  /**
   * Adds {@code scale * a b} (a matrix product), without a temporary where there is a sum to add
   * to.
   */
  void addMatmul(Tensor a, Tensor b, double scale);

  /**
   * Adds a contribution {@code [rows, columns]} to some columns of the gradient; the others get
   * none.
   *
   * @param from the first of them
   */
  default void addColumns(Tensor contribution, long from) {
    Tensor whole = allocate().zero();
    try (Tensor place = whole.narrow(1, from, contribution.size(1))) {
      place.copyFrom(contribution);
    }
    add(whole);
  }

  /**
   * Uninitialised memory of the gradient's shape, placed where the next backward likes it best, to
   * be filled and then given to {@link #add}.
   */
  Tensor allocate();
}
