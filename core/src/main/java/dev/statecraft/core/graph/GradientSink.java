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
   * Uninitialised memory of the gradient's shape, placed where the next backward likes it best, to
   * be filled and then given to {@link #add}.
   */
  Tensor allocate();
}
