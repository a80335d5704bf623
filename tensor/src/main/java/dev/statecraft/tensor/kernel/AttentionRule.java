package dev.statecraft.tensor.kernel;

/**
 * Which keys a query of attention sees, and what a score is: {@code s q . k}, or with a cap {@code
 * c tanh(s q . k / c)}.
 *
 * @param causal whether a token sees itself and earlier ones only
 * @param window tokens see those less than this many places away, themselves among them; 0 for all
 * @param scale s
 * @param cap c, as Gemma 2's {@code attn_logit_softcapping}; 0 for none
 */
public record AttentionRule(boolean causal, int window, double scale, double cap) {
  /** Checks. */
  public AttentionRule {
    if (window < 0) {
      throw new IllegalArgumentException("window: expected 0 or more tokens, found " + window);
    }
    if (!(scale > 0 && Double.isFinite(scale) && cap >= 0 && Double.isFinite(cap))) {
      throw new IllegalArgumentException(
          "expected a scale above 0 and a cap of 0 or more, found " + scale + " and " + cap);
    }
  }

  /** All tokens, or all earlier ones, by {@code 1 / sqrt(head_dim)}. */
  public static AttentionRule of(boolean causal, int headDim) {
    return new AttentionRule(causal, 0, 1 / Math.sqrt(headDim), 0);
  }

  /** The same within a window. */
  public AttentionRule withWindow(int tokens) {
    return new AttentionRule(causal, tokens, scale, cap);
  }

  /** The same with scores of another size. */
  public AttentionRule withScores(double newScale, double newCap) {
    return new AttentionRule(causal, window, newScale, newCap);
  }

  /** Whether scores have a cap. */
  public boolean isCapped() {
    return cap > 0;
  }

  /** Whether some of so many tokens do not see each other because they lie too far apart. */
  public boolean isWindowed(long tokens) {
    return window > 0 && tokens > window;
  }
}
