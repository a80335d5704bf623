package dev.statecraft.core.op;

import dev.statecraft.core.graph.GraphException;
import dev.statecraft.tensor.Tensor;

/**
 * What becomes of a language model's products with its table before they are scores: {@code y = z /
 * d}, and with a cap {@code y = c tanh(z / (d c))}.
 *
 * @param divisor d, Granite's {@code logits_scaling}; 1 for none
 * @param cap c, Gemma 2's {@code final_logit_softcapping}; 0 for none
 */
public record ScoreRule(double divisor, double cap) {
  /** Scores that are the products. */
  public static final ScoreRule PLAIN = new ScoreRule(1, 0);

  /** Checks. */
  public ScoreRule {
    if (!(divisor > 0 && Double.isFinite(divisor) && cap >= 0 && Double.isFinite(cap))) {
      throw new GraphException(
          "scores: expected a divisor above 0 and a cap of 0 or more, found "
              + divisor
              + " and "
              + cap);
    }
  }

  /** Whether products are scores as they are. */
  public boolean isPlain() {
    return equals(PLAIN);
  }

  boolean isCapped() {
    return cap > 0;
  }

  /** Turns products into scores. */
  Tensor applyInPlace(Tensor products) {
    if (divisor != 1) {
      products.mulInPlace(1 / divisor);
    }
    return isCapped() ? ScoreCap.applyInPlace(products, cap) : products;
  }

  /**
   * Turns the gradient of scores into that of the products.
   *
   * @param scores overwritten; not read without a cap
   */
  void backwardInPlace(Tensor gradient, Tensor scores) {
    if (isCapped()) {
      ScoreCap.backwardInPlace(gradient, scores, cap);
    }
    if (divisor != 1) {
      gradient.mulInPlace(1 / divisor);
    }
  }
}
