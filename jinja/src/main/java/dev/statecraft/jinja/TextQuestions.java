package dev.statecraft.jinja;

import java.util.function.IntPredicate;

/** Methods of strings that say something about them: what they are, and where a part is. */
final class TextQuestions {
  private TextQuestions() {}

  /** A method, or null. */
  static Callable of(String text, String name) {
    return switch (name) {
      case "isdigit" -> (run, given) -> all(run, text, LetterCase::isDigit);
      case "isdecimal" -> (run, given) -> all(run, text, Character::isDigit);
      case "isnumeric" -> (run, given) -> all(run, text, LetterCase::isNumeric);
      case "isalpha" -> (run, given) -> all(run, text, Character::isLetter);
      case "isalnum" -> (run, given) -> all(run, text, LetterCase::isAlphanumeric);
      case "isspace" -> (run, given) -> all(run, text, PythonText::isSpace);
      case "isascii" -> (run, given) -> text.isEmpty() || all(run, text, c -> c < 128);
      case "isprintable" ->
          (run, given) -> text.isEmpty() || all(run, text, PythonText::isPrintable);
      case "isupper" -> (run, given) -> LetterCase.isAll(run, text, true);
      case "islower" -> (run, given) -> LetterCase.isAll(run, text, false);
      case "find" -> (run, given) -> place(run, text, given, name, false);
      case "rfind" -> (run, given) -> place(run, text, given, name, true);
      case "index" -> (run, given) -> found(place(run, text, given, name, false));
      case "rindex" -> (run, given) -> found(place(run, text, given, name, true));
      case "count" ->
          (run, given) -> {
            Object[] bound = given.bind(name, "sub", "start", "end");
            String part = part(bound[0], name);
            String within = within(run, text, bound);
            return within == null ? 0L : TextSearch.count(run, within, part);
          };
      case "startswith" -> (run, given) -> any(run, text, given, name, true);
      case "endswith" -> (run, given) -> any(run, text, given, name, false);
      default -> null;
    };
  }

  private static boolean all(Run run, String text, IntPredicate test) {
    run.chargeText(text.length());
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }

  private static String part(Object value, String name) {
    return Values.text(value == null ? None.NONE : value, name);
  }

  /** The part of a text between two bounds, or null if the first is behind its end. */
  private static String within(Run run, String text, Object[] bound) {
    if (bound[1] == null && bound[2] == null) {
      return text;
    }
    Object start = place(bound[1]);
    Object end = place(bound[2]);
    if (start instanceof Long first && first > run.length(text)) {
      return null;
    }
    return (String) Members.slice(run, text, start, end, None.NONE);
  }

  /** A bound: a whole number, or none. */
  private static Object place(Object bound) {
    return bound == null || bound == None.NONE
        ? None.NONE
        : (Object) Values.integer(bound, "a place in a text");
  }

  private static long place(Run run, String text, Arguments given, String name, boolean last) {
    Object[] bound = given.bind(name, "sub", "start", "end");
    String part = part(bound[0], name);
    String within = within(run, text, bound);
    if (within == null) {
      return -1;
    }
    int at = last ? TextSearch.last(run, within, part) : TextSearch.first(run, within, part);
    if (at < 0) {
      return -1;
    }
    long before = run.length(text) - (long) run.length(text.substring(start(run, text, bound)));
    return before + within.codePointCount(0, at);
  }

  /** The char at which the part that is looked at begins. */
  private static int start(Run run, String text, Object[] bound) {
    if (bound[1] == null || bound[1] == None.NONE) {
      return 0;
    }
    long length = run.length(text);
    long start = Values.integer(bound[1], "a place in a text");
    long place = Math.max(0, Math.min(length, start < 0 ? start + length : start));
    return run.offset(text, (int) place);
  }

  private static long found(long place) {
    if (place < 0) {
      throw new Fault("substring not found");
    }
    return place;
  }

  /** Whether one part, or one of a tuple of parts, is at the beginning or end. */
  private static boolean any(Run run, String text, Arguments given, String name, boolean begins) {
    Object[] bound = given.bind(name, "prefix", "start", "end");
    String within = within(run, text, bound);
    if (bound[0] instanceof Tuple parts) {
      return parts.items().stream()
          .anyMatch(each -> fits(run, within, Values.text(each, name), begins));
    }
    return fits(run, within, part(bound[0], name), begins);
  }

  private static boolean fits(Run run, String within, String part, boolean begins) {
    if (within == null || part.length() > within.length()) {
      return false;
    }
    run.charge(1 + part.length() / 8);
    return begins ? within.startsWith(part) : within.endsWith(part);
  }
}
