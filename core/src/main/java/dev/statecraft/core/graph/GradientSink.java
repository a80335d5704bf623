package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;
import java.util.Optional;

/** Collects the contributions to one gradient. */
public interface GradientSink {
  /** Adds a contribution; the tensor may be kept, so it must not be changed afterwards. */
  void add(Tensor contribution);

  /**
   * Adds {@code scale * a b} (a matrix product), without a temporary where there is a sum to add
   * to.
   */
  void addMatmul(Tensor a, Tensor b, double scale);

  /** The sum of the contributions so far, if there is one and it can be read. Read only. */
  Optional<Tensor> sum();

  /**
   * Puts a tensor in the place of {@link #sum()}: a pass that reads the sum and adds to it on the
   * way needs no other. The tensor may be kept, so it must not be changed afterwards.
   */
  void replace(Tensor total);

  /**
   * Uninitialised memory of the gradient's shape, placed where the next backward likes it best, to
   * be filled and then given to {@link #add}.
   */
  Tensor allocate();
}
