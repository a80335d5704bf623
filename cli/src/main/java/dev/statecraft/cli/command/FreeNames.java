package dev.statecraft.cli.command;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;

/** Names for what is added to the columns of an input, none of which may be lost. */
final class FreeNames {
  private static final String PREDICTED = "predicted_";

  private FreeNames() {}

  /**
   * What to put before names, nothing if it need not be, so that no column is called so.
   *
   * @param columns of the input
   * @param names of what is added
   */
  static String prefix(Set<String> columns, Collection<String> names) {
    String prefix = "";
    while (!Collections.disjoint(columns, prefixed(prefix, names))) {
      prefix += PREDICTED;
    }
    return prefix;
  }

  private static Collection<String> prefixed(String prefix, Collection<String> names) {
    return names.stream().map(prefix::concat).toList();
  }

  /** What a user is told of it. */
  static String note(Collection<String> names) {
    return "the input has columns of these names, so predictions are called "
        + String.join(" and ", names);
  }
}
