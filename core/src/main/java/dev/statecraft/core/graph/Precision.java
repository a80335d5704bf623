package dev.statecraft.core.graph;

/** In which type a state is held. */
public enum Precision {
  /** The model's own type (bfloat16, float32, float64). */
  COMPUTE,
  /** float32, or float64 in a float64 model: losses, rotary tables. */
  MASTER,
  /** int64: token ids, positions, labels. Carries no gradient. */
  INDEX
}
