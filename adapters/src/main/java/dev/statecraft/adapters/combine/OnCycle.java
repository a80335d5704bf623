package dev.statecraft.adapters.combine;

import dev.statecraft.base.UsageException;
import java.util.Locale;

/** What to do with an edge that would close a cycle. */
public enum OnCycle {
  /** Nothing is combined. */
  ERROR,
  /** It is left out. */
  TRIM;

  /**
   * Finds one by its word.
   *
   * @throws UsageException if there is none
   */
  public static OnCycle of(String word) {
    for (OnCycle one : values()) {
      if (one.name().toLowerCase(Locale.ROOT).equals(word)) {
        return one;
      }
    }
    throw new UsageException("--on-cycle: expected error or trim, found '" + word + "'");
  }
}
