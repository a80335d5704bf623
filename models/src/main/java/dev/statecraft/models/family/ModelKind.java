package dev.statecraft.models.family;

/** What the checkpoints of a family are made for. */
public enum ModelKind {
  /** The next token of a text. */
  CAUSAL_LM("a causal language model"),
  /** A class or number for a text or a pair. */
  TEXT_ENCODER("a text encoder"),
  /** A class for a picture. */
  IMAGE_CLASSIFIER("an image classifier");

  private final String words;

  ModelKind(String words) {
    this.words = words;
  }

  /** In words, with an article. */
  public String words() {
    return words;
  }
}
