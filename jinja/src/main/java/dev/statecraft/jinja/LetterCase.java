package dev.statecraft.jinja;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Upper and lower case, and kinds of characters, as Python sees them. */
final class LetterCase {
  private static final String WORD_BREAKS = "-({[<";

  private LetterCase() {}

  static String upper(Run run, String text) {
    run.chargeText(2L * text.length());
    return checked(run, text.toUpperCase(Locale.ROOT));
  }

  static String lower(Run run, String text) {
    run.chargeText(2L * text.length());
    return checked(run, text.toLowerCase(Locale.ROOT));
  }

  private static String checked(Run run, String text) {
    run.check(text.length());
    return text;
  }

  /** The first letter in title case, the others in lower case. */
  static String capitalized(Run run, String text) {
    run.chargeText(2L * text.length());
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return checked(
        run, title(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT));
  }

  /** A letter in title case, which may be several: from "ß" to "Ss". */
  private static String title(int c) {
    int single = Character.toTitleCase(c);
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    int first = upper.offsetByCodePoints(0, 1);
    return single != c || upper.length() == first
        ? Character.toString(single)
        : upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
  }

  /** Python's {@code title}: a letter begins a word unless one that has cases is before it. */
  static String titled(Run run, String text) {
    run.chargeText(2L * text.length());
    StringBuilder titled = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      titled.append(inWord ? Character.toString(Character.toLowerCase(c)) : title(c));
      inWord = isCased(c);
    }
    return checked(run, titled.toString());
  }

  /** Jinja's filter {@code title}: words begin after white space, hyphens and opening brackets. */
  static String jinjaTitled(Run run, String text) {
    run.chargeText(4L * text.length());
    StringBuilder titled = new StringBuilder(text.length());
    int start = 0;
    while (start < text.length()) {
      boolean breaks = isBreak(text.charAt(start));
      int end = start;
      while (end < text.length() && isBreak(text.charAt(end)) == breaks) {
        end++;
      }
      if (breaks) {
        titled.append(text, start, end);
      } else {
        int rest = text.offsetByCodePoints(start, 1);
        titled
            .append(text.substring(start, rest).toUpperCase(Locale.ROOT))
            .append(text.substring(rest, end).toLowerCase(Locale.ROOT));
      }
      start = end;
    }
    return checked(run, titled.toString());
  }

  private static boolean isBreak(char c) {
    return WORD_BREAKS.indexOf(c) >= 0 || PythonText.isSpace(c);
  }

  static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  /** Whether there are letters that have cases, and all of these have the wanted one. */
  static boolean isAll(Run run, String text, boolean upper) {
    run.chargeText(text.length());
    IntPredicate other = upper ? Character::isLowerCase : Character::isUpperCase;
    return text.codePoints().anyMatch(LetterCase::isCased)
        && text.codePoints().noneMatch(c -> other.test(c) || Character.isTitleCase(c));
  }

  static boolean isDigit(int c) {
    return Character.isDigit(c) || "\u00B2\u00B3\u00B9".indexOf(c) >= 0 || isSmallDigit(c);
  }

  /** Superscripts and subscripts. */
  private static boolean isSmallDigit(int c) {
    return c == 0x2070 || (c >= 0x2074 && c <= 0x2079) || (c >= 0x2080 && c <= 0x2089);
  }

  static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  static boolean isAlphanumeric(int c) {
    return Character.isLetter(c) || isNumeric(c);
  }

  /** How many words there are, of letters, digits and underscores. */
  static long words(Run run, String text) {
    run.chargeText(2L * text.length());
    long words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean word = c == '_' || isAlphanumeric(c);
      words += word && !inWord ? 1 : 0;
      inWord = word;
    }
    return words;
  }
}
