package dev.statecraft.adapters.combine;

import java.util.Locale;

/** What becomes of an edge of several adapters. */
public enum EdgeAction {
  /** Several have it: one is made of theirs. */
  MERGED,
  /** One has it. */
  KEPT,
  /** Several have it, and it cannot be one: all are there, side by side. */
  BESIDE,
  /** It would have closed a cycle. */
  TRIMMED;

  /** The word in tables and files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
