package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Tensor;
import java.util.Optional;

/** A sum that a kernel may add to on its way. */
public interface Accumulator {
  /** Adds a contribution; the tensor may be kept, so it must not be changed afterwards. */
  void add(Tensor contribution);

  /** The sum of the contributions so far, if there is one and it can be read. Read only. */
  Optional<Tensor> sum();

  /**
   * Puts a tensor in the place of {@link #sum()}: a pass that reads the sum and adds to it on the
   * way needs no other. The tensor may be kept, so it must not be changed afterwards.
   */
  void replace(Tensor total);
}
