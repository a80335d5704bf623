package dev.statecraft.base;

import java.util.Collection;
import java.util.Iterator;

/**
 * What messages quote of what users gave: always on one line, however long it is and whatever
 * characters it has.
 */
public final class Quoted {
  /** Characters of one text. */
  private static final int TEXT = 80;

  /** Characters of all texts of a list. */
  private static final int LIST = 200;

  private static final String MORE = "...";

  private Quoted() {}

  /** A text in quotes: {@code 'some text'}, its end left out if it is long. */
  public static String text(String text) {
    return "'" + bare(text) + "'";
  }

  /** The same without quotes. */
  public static String bare(String text) {
    return cut(text, TEXT);
  }

  /** {@code [a, b, c]}; of a long list its beginning and its length. */
  public static String list(Collection<String> texts) {
    StringBuilder shown = new StringBuilder("[");
    int count = 0;
    for (Iterator<String> rest = texts.iterator(); rest.hasNext(); count++) {
      if (shown.length() > LIST) {
        return shown + ", " + MORE + " (" + texts.size() + " in all)]";
      }
      shown.append(count == 0 ? "" : ", ").append(cut(rest.next(), TEXT / 2));
    }
    return shown + "]";
  }

  /**
   * One line: characters that a terminal would obey, and those that break lines, as their Java
   * escapes.
   *
   * @param most characters; what is over them is left out
   */
  public static String cut(String text, int most) {
    StringBuilder shown = new StringBuilder();
    int end = text.length() <= most ? text.length() : most - MORE.length();
    for (int at = 0; at < end; ) {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      append(shown, point);
    }
    return end == text.length() ? shown.toString() : shown.append(MORE).toString();
  }

  private static void append(StringBuilder shown, int point) {
    switch (point) {
      case '\n' -> shown.append("\\n");
      case '\r' -> shown.append("\\r");
      case '\t' -> shown.append("\\t");
      default -> {
        if (isObeyed(point)) {
          shown.append(String.format("\\u%04x", point));
        } else {
          shown.appendCodePoint(point);
        }
      }
    }
  }

  /** Controls, line separators, half a surrogate pair, and what turns the direction of text. */
  private static boolean isObeyed(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      case Character.FORMAT ->
          (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
      default -> false;
    };
  }
}
