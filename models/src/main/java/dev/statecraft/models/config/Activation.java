package dev.statecraft.models.config;

/** Activation between the two layers of an encoder's feed-forward block. */
public enum Activation {
  /** {@code x * Phi(x)} with the exact normal distribution function ({@code erf}). */
  GELU("gelu"),
  /** The approximation of GELU with {@code tanh}. */
  GELU_NEW("gelu_new"),
  /** {@code max(x, 0)}. */
  RELU("relu");

  private final String key;

  Activation(String key) {
    this.key = key;
  }

  /** What {@code hidden_act} calls it. */
  public String key() {
    return key;
  }
}
