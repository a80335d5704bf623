package dev.statecraft.jinja;

/**
 * Finds a text in others in a time that grows with the sum of their lengths, whatever they hold:
 * {@link String#indexOf} for short ones, Knuth, Morris and Pratt's automaton for long ones, which
 * {@code indexOf} would compare again at every place.
 */
final class TextSearch {
  /** Up to this length a comparison at every place costs no more than a few characters. */
  private static final int SHORT = 8;

  private final String part;
  private final int[] borders;

  private TextSearch(String part) {
    this.part = part;
    borders = part.length() <= SHORT ? null : borders(part);
  }

  /** A search for a part. */
  static TextSearch of(Run run, String part) {
    run.chargeText(part.length());
    return new TextSearch(part);
  }

  /** A search for a part in reversed texts. */
  static TextSearch reversed(Run run, String part) {
    return of(run, reverse(run, part));
  }

  /** Char by char, also between the two of a pair: only for searches. */
  static String reverse(Run run, String text) {
    run.chargeText(text.length());
    char[] chars = new char[text.length()];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = text.charAt(chars.length - 1 - i);
    }
    return new String(chars);
  }

  /** For each length of a beginning, the longest beginning that also ends it. */
  private static int[] borders(String part) {
    int[] borders = new int[part.length()];
    int border = 0;
    for (int i = 1; i < borders.length; i++) {
      while (border > 0 && part.charAt(i) != part.charAt(border)) {
        border = borders[border - 1];
      }
      if (part.charAt(i) == part.charAt(border)) {
        border++;
      }
      borders[i] = border;
    }
    return borders;
  }

  /**
   * The first place at or after another, or -1.
   *
   * @param run what is gone through is charged to it
   */
  int next(Run run, String text, int from) {
    int found = borders == null ? text.indexOf(part, from) : automaton(text, from);
    int end = found < 0 ? text.length() : found;
    run.charge(1 + Math.max(0, end - from) / 8);
    return found;
  }

  private int automaton(String text, int from) {
    int matched = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      while (matched > 0 && c != part.charAt(matched)) {
        matched = borders[matched - 1];
      }
      if (c == part.charAt(matched) && ++matched == part.length()) {
        return i + 1 - matched;
      }
    }
    return -1;
  }

  /** The first place, or -1. */
  static int first(Run run, String text, String part) {
    return of(run, part).next(run, text, 0);
  }

  /** The last place, or -1. */
  static int last(Run run, String text, String part) {
    int found = reversed(run, part).next(run, reverse(run, text), 0);
    return found < 0 ? -1 : text.length() - part.length() - found;
  }

  /** How often a part is in a text, without overlaps; an empty one around every code point. */
  static long count(Run run, String text, String part) {
    if (part.isEmpty()) {
      return run.length(text) + 1L;
    }
    TextSearch search = of(run, part);
    long count = 0;
    for (int at = search.next(run, text, 0); at >= 0; ) {
      count++;
      at = search.next(run, text, at + part.length());
    }
    return count;
  }
}
