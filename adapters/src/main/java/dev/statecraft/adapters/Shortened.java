package dev.statecraft.adapters;

import java.util.Collection;

/** Long lists in error messages: the first few, and how many more. */
final class Shortened {
  private static final int SHOWN = 4;

  private Shortened() {}

  static String list(Collection<?> items) {
    String first =
        String.join(", ", items.stream().map(Object::toString).sorted().limit(SHOWN).toList());
    int more = items.size() - SHOWN;
    return "[" + first + (more > 0 ? ", and " + more + " more]" : "]");
  }
}
