package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;

/** What separates the columns of CSV files, as recipes write it. */
final class Separators {
  private static final String TAB = "tab";
  private static final String NONE = "\"\r\n";

  private Separators() {}

  /** As recipes have it. */
  static char of(String text) {
    if (text.equalsIgnoreCase(TAB)) {
      return '\t';
    }
    if (text.length() != 1 || NONE.contains(text)) {
      throw new UsageException(
          "separator: expected one character such as ';', or tab, found '" + text + "'");
    }
    return text.charAt(0);
  }

  /** As recipes write it. */
  static String word(char separator) {
    return separator == '\t' ? TAB : String.valueOf(separator);
  }
}
