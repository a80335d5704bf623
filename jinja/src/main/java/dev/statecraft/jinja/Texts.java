package dev.statecraft.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Texts of values, and operations on texts that must not grow without limit. */
final class Texts {
  private Texts() {}

  /** What Python's {@code str} gives. */
  static String of(Run run, Object value) {
    if (value instanceof String text) {
      return text;
    } else if (value instanceof Undefined) {
      return "";
    }
    return represented(run, value);
  }

  /** What Python's {@code repr} gives. */
  static String represented(Run run, Object value) {
    StringBuilder text = new StringBuilder();
    represent(run, value, text);
    return text.toString();
  }

  /** Appends what Python's {@code repr} gives. */
  private static void represent(Run run, Object value, StringBuilder text) {
    run.charge(1);
    if (value instanceof String string) {
      PythonText.quote(run, string, text);
    } else if (value instanceof Boolean truth) {
      text.append(truth ? "True" : "False");
    } else if (value instanceof Double number) {
      run.charge(8);
      text.append(PythonText.of(number));
    } else if (value instanceof BigInteger number) {
      text.append(digits(run, number));
    } else if (value instanceof Number number) {
      text.append(number);
    } else if (value instanceof None) {
      text.append("None");
    } else if (value instanceof Undefined) {
      text.append("Undefined");
    } else if (value instanceof Tuple tuple) {
      represent(run, tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", text);
    } else if (value instanceof List<?> list) {
      represent(run, list, "[", "]", text);
    } else if (value instanceof Map<?, ?> map) {
      run.enterValue();
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(separator);
        represent(run, entry.getKey(), text);
        text.append(": ");
        represent(run, entry.getValue(), text);
        separator = ", ";
      }
      run.leaveValue();
      text.append(map.isEmpty() ? "{}" : "}");
    } else {
      text.append('<').append(Values.typeName(value)).append('>');
    }
    run.check(text.length());
  }

  private static void represent(
      Run run, List<?> items, String begin, String end, StringBuilder text) {
    run.enterValue();
    text.append(begin);
    for (int i = 0; i < items.size(); i++) {
      text.append(i == 0 ? "" : ", ");
      represent(run, items.get(i), text);
    }
    text.append(end);
    run.leaveValue();
  }

  /** A number's digits, which take longer than they are many. */
  static String digits(Run run, BigInteger number) {
    long words = number.bitLength() / Integer.SIZE;
    run.charge(1 + words * words / 8);
    return number.toString();
  }

  /**
   * The texts of values with a separator between them.
   *
   * @param strict whether they must be texts, as Python's own method wants
   */
  static String joined(Run run, String separator, List<Object> items, boolean strict) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      Object item = items.get(i);
      String part = strict ? Values.text(item, "join") : of(run, item);
      run.charge(1 + ((long) separator.length() + part.length()) / 8);
      run.check((long) text.length() + separator.length() + part.length());
      if (i > 0) {
        text.append(separator);
      }
      text.append(part);
    }
    return text.toString();
  }

  /**
   * With one part in place of another.
   *
   * @param most how often at most; null or negative for always
   */
  static String replaced(Run run, String text, Object from, Object to, Object most) {
    String old = Values.text(from == null ? None.NONE : from, "replace");
    String fresh = Values.text(to == null ? None.NONE : to, "replace");
    long limit = most == null || most == None.NONE ? -1 : Values.integer(most, "replace");
    long times = TextSearch.count(run, text, old);
    times = limit < 0 ? times : Math.min(times, limit);
    run.chargeText(text.length() + times * (fresh.length() - (long) old.length()));
    TextSearch search = TextSearch.of(run, old);
    StringBuilder result = new StringBuilder();
    int start = 0;
    for (long i = 0; i < times; i++) {
      int at = old.isEmpty() ? nextBorder(text, start, i) : search.next(run, text, start);
      result.append(text, start, at).append(fresh);
      start = at + old.length();
    }
    return result.append(text, start, text.length()).toString();
  }

  private static int nextBorder(String text, int start, long count) {
    return count == 0 ? start : text.offsetByCodePoints(start, 1);
  }
}
