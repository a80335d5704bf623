package dev.statecraft.models.head;

/** How the states of a sequence's tokens become one vector. */
public enum Pooling {
  /** As the family's own head in transformers does by default: from the first token. */
  FIRST,
  /** The mean over tokens, as sentence encoders are trained, and some families' own heads read. */
  MEAN
}
