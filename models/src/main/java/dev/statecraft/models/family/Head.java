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
    FIRST("first"),
    /** The mean over tokens, as sentence encoders are trained. */
    MEAN("mean");

    private final String label;

    Pooling(String label) {
      this.label = label;
    }

    /** The word for it in recipes. */
    public String label() {
      return label;
    }

    /**
     * Finds a pooling by its word.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Pooling of(String label) {
      for (Pooling pooling : values()) {
        if (pooling.label.equals(label)) {
          return pooling;
        }
      }
      throw new IllegalArgumentException("pooling: expected first or mean, found '" + label + "'");
    }
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
