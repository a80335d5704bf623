package dev.statecraft.core.op;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;

/**
 * Soft caps, {@code y = c tanh(x / c)}, in place: no score leaves {@code (-c, c)}.
 *
 * <p>Backward, from the output: {@code dx = dy (1 - (y / c)^2)}. Source: Gemma Team, "Gemma 2"
 * (2024), section 2.
 */
final class ScoreCap {
  private ScoreCap() {}

  /** Caps scores. */
  static Tensor applyInPlace(Tensor scores, double cap) {
    try (Tensor tanh = scores.mulInPlace(1 / cap).tanh()) {
      return scores.setToProduct(tanh, cap);
    }
  }

  /**
   * Turns the gradient of capped scores into that of the scores.
   *
   * @param capped overwritten
   */
  static void backwardInPlace(Tensor gradient, Tensor capped, double cap) {
    Kernels.tanhBackwardInto(gradient, gradient, capped.mulInPlace(1 / cap));
  }
}
