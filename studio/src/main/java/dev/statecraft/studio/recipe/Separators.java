package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;

/** What separates the columns of CSV files, as recipes write it. */
final class Separators {
  private static final String TAB = "tab";
  private static final String NONE = "\"\r\n";

  private Separators() {}

  /** The same data, whose CSV files have their columns separated so. */
  static DataRecipe separated(DataRecipe data, String text) {
    char separator = of(text);
    return data.withFiles(
        file ->
            new DataRecipe.DataFile(
                file.source(), file.format().separatedBy(separator), file.weight()));
  }

  private static char of(String text) {
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
