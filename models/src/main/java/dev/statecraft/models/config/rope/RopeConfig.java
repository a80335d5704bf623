package dev.statecraft.models.config.rope;

import dev.statecraft.core.op.RotaryTable;

/**
 * Rotary position embedding (Su et al. 2021, <a
 * href="https://arxiv.org/abs/2104.09864">RoFormer</a>, section 3.2.2).
 *
 * @param theta base of the frequencies
 * @param partial share of a head's features that are turned, above 0 and up to 1
 * @param scaling how longer contexts than the pretraining's are reached
 */
public record RopeConfig(double theta, double partial, RopeScaling scaling) {
  /** Of whole heads. */
  public RopeConfig(double theta, RopeScaling scaling) {
    this(theta, 1, scaling);
  }

  /** Of whole heads, with the original frequencies. */
  public RopeConfig(double theta) {
    this(theta, new RopeScaling.None());
  }

  /** Features of a head that are turned. */
  public int turned(int headDim) {
    return (int) (headDim * partial);
  }

  /**
   * The table of cosines and sines.
   *
   * @param headDim channels of a head
   * @throws IllegalArgumentException if the turned ones are odd in number, or none
   */
  public RotaryTable table(int headDim) {
    int turned = turned(headDim);
    if (turned <= 0 || turned % 2 != 0) {
      throw new IllegalArgumentException("rope needs an even number of features, not " + turned);
    }
    return scaling.table(theta, turned);
  }
}
