package dev.statecraft.jinja;

import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;

/** Methods of strings. */
final class TextMethods {
  private TextMethods() {}

  /** A method of a string, or null. */
  static Callable of(String text, String name) {
    Callable method = TextQuestions.of(text, name);
    method = method == null ? method(text, name) : method;
    Callable known = method;
    return known == null
        ? null
        : (run, arguments) -> {
          run.charge(2);
          return known.call(run, arguments);
        };
  }

  private static Callable method(String text, String name) {
    return switch (name) {
      case "strip" -> (run, given) -> strip(run, text, chars(given, name), true, true);
      case "lstrip" -> (run, given) -> strip(run, text, chars(given, name), true, false);
      case "rstrip" -> (run, given) -> strip(run, text, chars(given, name), false, true);
      case "split" -> (run, given) -> split(run, text, given, name, false);
      case "rsplit" -> (run, given) -> split(run, text, given, name, true);
      case "splitlines" ->
          (run, given) -> {
            Object keep = given.bind("splitlines", "keepends")[0];
            return TextPieces.lines(run, text, keep != null && Values.isTrue(keep));
          };
      case "partition" -> (run, given) -> partition(run, text, one(given, name), false);
      case "rpartition" -> (run, given) -> partition(run, text, one(given, name), true);
      case "removeprefix" ->
          (run, given) -> {
            String part = one(given, name);
            run.chargeText(text.length());
            return text.startsWith(part) ? text.substring(part.length()) : text;
          };
      case "removesuffix" ->
          (run, given) -> {
            String part = one(given, name);
            run.chargeText(text.length());
            return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
          };
      case "upper" -> (run, given) -> LetterCase.upper(run, text);
      case "lower", "casefold" -> (run, given) -> LetterCase.lower(run, text);
      case "capitalize" -> (run, given) -> LetterCase.capitalized(run, text);
      case "title" -> (run, given) -> LetterCase.titled(run, text);
      case "replace" ->
          (run, given) -> {
            Object[] bound = given.bind(name, "old", "new", "count");
            return Texts.replaced(run, text, bound[0], bound[1], bound[2]);
          };
      case "join" ->
          (run, given) ->
              Texts.joined(run, text, Values.items(run, given.bind(name, "items")[0]), true);
      case "format" -> (run, given) -> BraceFormat.of(run, text, given);
      case "zfill" -> (run, given) -> padded(run, text, given, name, '0', 1);
      case "rjust" -> (run, given) -> padded(run, text, given, name, ' ', 1);
      case "ljust" -> (run, given) -> padded(run, text, given, name, ' ', -1);
      case "center" -> (run, given) -> padded(run, text, given, name, ' ', 0);
      default -> null;
    };
  }

  private static String one(Arguments given, String name) {
    Object value = given.bind(name, "text")[0];
    return Values.text(value == null ? None.NONE : value, name);
  }

  private static String chars(Arguments given, String name) {
    Object value = given.bind(name, "chars")[0];
    return value == null || value == None.NONE ? null : Values.text(value, name);
  }

  /**
   * Without certain characters at its ends.
   *
   * @param chars null for white space
   */
  static String strip(Run run, String text, String chars, boolean left, boolean right) {
    run.chargePiece(text.length());
    IntPredicate strips = chars == null ? PythonText::isSpace : oneOf(run, chars);
    int start = 0;
    int end = text.length();
    while (left && start < end && strips.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && strips.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static IntPredicate oneOf(Run run, String chars) {
    if (chars.length() <= 8) {
      return c -> chars.indexOf(c) >= 0;
    }
    run.charge(chars.length() / 2);
    Set<Integer> set = new HashSet<>();
    chars.codePoints().forEach(set::add);
    return set::contains;
  }

  private static Object split(
      Run run, String text, Arguments given, String name, boolean fromRight) {
    Object[] bound = given.bind(name, "sep", "maxsplit");
    long most = bound[1] == null ? -1 : Values.integer(bound[1], name);
    most = most < 0 ? Long.MAX_VALUE : most;
    if (bound[0] == null || bound[0] == None.NONE) {
      return fromRight
          ? TextPieces.wordsFromRight(run, text, most)
          : TextPieces.words(run, text, most);
    }
    String separator = notEmpty(Values.text(bound[0], name));
    return fromRight
        ? TextPieces.splitFromRight(run, text, separator, most)
        : TextPieces.split(run, text, separator, most);
  }

  private static String notEmpty(String separator) {
    if (separator.isEmpty()) {
      throw new Fault("empty separator");
    }
    return separator;
  }

  private static Object partition(Run run, String text, String separator, boolean right) {
    notEmpty(separator);
    int at = right ? TextSearch.last(run, text, separator) : TextSearch.first(run, text, separator);
    run.chargePiece(text.length());
    if (at < 0) {
      return right ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  /** Padded to a width on the left (1), on the right (-1) or on both sides (0). */
  private static String padded(
      Run run, String text, Arguments given, String name, char filler, int side) {
    Object[] bound = given.bind(name, "width", "fillchar");
    long width = Values.integer(bound[0] == null ? None.NONE : bound[0], name);
    String fill = bound[1] == null ? String.valueOf(filler) : Values.text(bound[1], name);
    if (run.length(fill) != 1) {
      throw new Fault(name + ": expected one character to fill with");
    }
    long missing = Math.max(0, Math.max(0, width) - run.length(text));
    run.check(missing);
    run.chargeText(text.length() + missing * fill.length());
    int left = (int) (side > 0 ? missing : side < 0 ? 0 : missing / 2 + (missing & width & 1));
    String before = fill.repeat(left);
    if (name.equals("zfill") && !text.isEmpty() && "+-".indexOf(text.charAt(0)) >= 0) {
      return text.charAt(0) + before + text.substring(1);
    }
    return before + text + fill.repeat((int) missing - left);
  }
}
