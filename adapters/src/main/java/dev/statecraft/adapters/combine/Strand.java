package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.combine.method.LowRankUpdate;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Optional;

/**
 * One run's low-rank update on an edge.
 *
 * @param run its index
 * @param rank r
 * @param biased whether a constant is added too
 * @param reader of the values
 */
record Strand(int run, int rank, boolean biased, Reader reader) {
  /** Reads the values; the caller's scope owns them. */
  interface Reader {
    Update read(Torch torch);
  }

  /**
   * {@code x_v' = x_v + B A x_u + c}.
   *
   * @param lowRank B and A
   * @param constant c, {@code [out]}, float64
   */
  record Update(LowRankUpdate lowRank, Optional<Tensor> constant) {}
}
