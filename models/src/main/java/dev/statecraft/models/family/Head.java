package dev.statecraft.models.family;

/**
 * The head of an encoder or ViT.
 *
 * @param outputs number of classes, or 1 for regression
 * @param pooling how a sequence becomes one vector
 * @param regression whether the single output is a number (squared error) instead of class scores
 */
public record Head(int outputs, Pooling pooling, boolean regression) {
  /** How a sequence of token states becomes one vector. */
  public enum Pooling {
    /** As the family's sequence classifier in transformers does: from the first token. */
    FIRST,
    /** The mean over tokens, as sentence encoders are trained. */
    MEAN
  }

  public Head {
    if (outputs < 1 || (regression && outputs != 1)) {
      throw new IllegalArgumentException(
          "outputs of the head: expected "
              + (regression ? "1 for regression" : "1 or more")
              + ", found "
              + outputs);
    }
  }

  public static Head classification(int classes, Pooling pooling) {
    return new Head(classes, pooling, false);
  }

  public static Head regression(Pooling pooling) {
    return new Head(1, pooling, true);
  }
}
