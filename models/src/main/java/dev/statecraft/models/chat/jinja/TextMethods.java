package dev.statecraft.models.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Methods of strings. */
final class TextMethods {
  private TextMethods() {}

  /** A method of a string, or null. */
  static Callable of(String text, String name) {
    Callable method = method(text, name);
    return method == null
        ? null
        : (run, arguments) -> {
          run.charge(1 + text.length() / 16);
          return method.call(run, arguments);
        };
  }

  private static Callable method(String text, String name) {
    return switch (name) {
      case "strip" -> (run, given) -> strip(text, chars(given, name), true, true);
      case "lstrip" -> (run, given) -> strip(text, chars(given, name), true, false);
      case "rstrip" -> (run, given) -> strip(text, chars(given, name), false, true);
      case "split" -> (run, given) -> split(run, text, given, name, false);
      case "rsplit" -> (run, given) -> split(run, text, given, name, true);
      case "splitlines" -> (run, given) -> lines(run, text, given);
      case "partition" -> (run, given) -> partition(text, given, text::indexOf, false);
      case "rpartition" -> (run, given) -> partition(text, given, text::lastIndexOf, true);
      case "startswith" -> (run, given) -> any(given, name, part -> text.startsWith(part));
      case "endswith" -> (run, given) -> any(given, name, part -> text.endsWith(part));
      case "removeprefix" ->
          (run, given) -> {
            String part = one(given, name);
            return text.startsWith(part) ? text.substring(part.length()) : text;
          };
      case "removesuffix" ->
          (run, given) -> {
            String part = one(given, name);
            return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
          };
      case "upper" -> (run, given) -> text.toUpperCase(Locale.ROOT);
      case "lower", "casefold" -> (run, given) -> text.toLowerCase(Locale.ROOT);
      case "capitalize" -> (run, given) -> capitalized(text);
      case "title" -> (run, given) -> titled(text);
      case "replace" ->
          (run, given) -> {
            Object[] bound = given.bind(name, "old", "new", "count");
            return Texts.replaced(run, text, bound[0], bound[1], bound[2]);
          };
      case "find" -> (run, given) -> index(text, text.indexOf(one(given, name)));
      case "rfind" -> (run, given) -> index(text, text.lastIndexOf(one(given, name)));
      case "index" ->
          (run, given) -> {
            int at = text.indexOf(one(given, name));
            if (at < 0) {
              throw new Fault("substring not found");
            }
            return index(text, at);
          };
      case "count" -> (run, given) -> Texts.count(text, one(given, name));
      case "join" ->
          (run, given) ->
              Texts.joined(run, text, Values.items(run, given.bind(name, "items")[0]), true);
      case "format" -> (run, given) -> Formatting.braces(run, text, given);
      case "isdigit", "isdecimal", "isnumeric" ->
          (run, given) -> all(text, c -> Character.isDigit(c));
      case "isalpha" -> (run, given) -> all(text, Character::isLetter);
      case "isalnum" -> (run, given) -> all(text, Character::isLetterOrDigit);
      case "isspace" -> (run, given) -> all(text, PythonText::isSpace);
      case "isupper" -> (run, given) -> cased(text) && text.equals(text.toUpperCase(Locale.ROOT));
      case "islower" -> (run, given) -> cased(text) && text.equals(text.toLowerCase(Locale.ROOT));
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
  static String strip(String text, String chars, boolean left, boolean right) {
    IntPredicate strips = chars == null ? PythonText::isSpace : c -> chars.indexOf(c) >= 0;
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

  private static Object split(
      Run run, String text, Arguments given, String name, boolean fromRight) {
    Object[] bound = given.bind(name, "sep", "maxsplit");
    long most = bound[1] == null ? -1 : Values.integer(bound[1], name);
    most = most < 0 ? Long.MAX_VALUE : most;
    List<Object> parts = new ArrayList<>();
    if (bound[0] == null || bound[0] == None.NONE) {
      words(text, most, fromRight, parts);
    } else {
      String separator = Values.text(bound[0], name);
      if (separator.isEmpty()) {
        throw new Fault("empty separator");
      }
      pieces(text, separator, most, fromRight, parts);
    }
    run.charge(parts.size());
    return parts;
  }

  private static void pieces(
      String text, String separator, long most, boolean fromRight, List<Object> parts) {
    if (fromRight) {
      int end = text.length();
      int at;
      while (parts.size() < most
          && end >= separator.length()
          && (at = text.lastIndexOf(separator, end - separator.length())) >= 0) {
        parts.add(text.substring(at + separator.length(), end));
        end = at;
      }
      parts.add(text.substring(0, end));
      Collections.reverse(parts);
      return;
    }
    int start = 0;
    int at;
    while (parts.size() < most && (at = text.indexOf(separator, start)) >= 0) {
      parts.add(text.substring(start, at));
      start = at + separator.length();
    }
    parts.add(text.substring(start));
  }

  private static void words(String text, long most, boolean fromRight, List<Object> parts) {
    String rest = outer(text, fromRight);
    while (!rest.isEmpty()) {
      int border = parts.size() < most ? wordBorder(rest, fromRight) : -1;
      if (border < 0) {
        parts.add(rest);
        break;
      }
      parts.add(fromRight ? rest.substring(border) : rest.substring(0, border));
      rest = outer(fromRight ? rest.substring(0, border) : rest.substring(border), fromRight);
    }
    if (fromRight) {
      Collections.reverse(parts);
    }
  }

  /** Without white space at the end at which words are taken off; a rest keeps the other. */
  private static String outer(String text, boolean fromRight) {
    return fromRight ? PythonText.rstrip(text) : PythonText.lstrip(text);
  }

  private static int wordBorder(String text, boolean fromRight) {
    if (fromRight) {
      for (int i = text.length() - 1; i >= 0; i--) {
        if (PythonText.isSpace(text.charAt(i))) {
          return i + 1;
        }
      }
      return -1;
    }
    for (int i = 0; i < text.length(); i++) {
      if (PythonText.isSpace(text.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private static Object lines(Run run, String text, Arguments given) {
    Object keep = given.bind("splitlines", "keepends")[0];
    boolean keepEnds = keep != null && Values.isTrue(keep);
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if ("\n\r\u000B\f\u001C\u001D\u001E\u0085\u2028\u2029".indexOf(text.charAt(i)) >= 0) {
        int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
        lines.add(text.substring(start, keepEnds ? end : i));
        start = end;
        i = end - 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    run.charge(lines.size());
    return lines;
  }

  /** Where a part is found. */
  private interface Search {
    int of(String part);
  }

  private static Object partition(String text, Arguments given, Search search, boolean right) {
    String separator = one(given, "partition");
    int at = search.of(separator);
    if (at < 0) {
      return right ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  /** Whether one part, or one of a tuple of parts, fits. */
  private static boolean any(
      Arguments given, String name, java.util.function.Predicate<String> fits) {
    Object value = given.bind(name, "prefix")[0];
    if (value instanceof Tuple parts) {
      return parts.items().stream().anyMatch(part -> fits.test(Values.text(part, name)));
    }
    return fits.test(Values.text(value == null ? None.NONE : value, name));
  }

  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String titled(String text) {
    StringBuilder titled = new StringBuilder(text.length());
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      titled.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return titled.toString();
  }

  private static Object index(String text, int at) {
    return at < 0 ? -1L : (long) text.codePointCount(0, at);
  }

  private static boolean all(String text, IntPredicate test) {
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }

  private static boolean cased(String text) {
    return text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
  }

  /** Padded to a width on the left (1), on the right (-1) or on both sides (0). */
  private static String padded(
      Run run, String text, Arguments given, String name, char filler, int side) {
    Object[] bound = given.bind(name, "width", "fillchar");
    long width = Values.integer(bound[0] == null ? None.NONE : bound[0], name);
    String fill = bound[1] == null ? String.valueOf(filler) : Values.text(bound[1], name);
    if (PythonText.length(fill) != 1) {
      throw new Fault(name + ": expected one character to fill with");
    }
    long missing = Math.max(0, width - PythonText.length(text));
    run.chargeText(text.length() + missing);
    int left = (int) (side > 0 ? missing : side < 0 ? 0 : missing / 2 + (missing & width & 1));
    String before = fill.repeat(left);
    if (name.equals("zfill") && !text.isEmpty() && "+-".indexOf(text.charAt(0)) >= 0) {
      return text.charAt(0) + before + text.substring(1);
    }
    return before + text + fill.repeat((int) missing - left);
  }
}
