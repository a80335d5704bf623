package dev.statecraft.models.chat.jinja;

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
    StringBuilder text = new StringBuilder();
    represent(run, value, text);
    return text.toString();
  }

  /** Appends what Python's {@code repr} gives. */
  private static void represent(Run run, Object value, StringBuilder text) {
    run.charge(1);
    if (value instanceof String string) {
      run.chargeText((long) text.length() + string.length());
      text.append(PythonText.quoted(string));
    } else if (value instanceof Boolean truth) {
      text.append(truth ? "True" : "False");
    } else if (value instanceof Double number) {
      text.append(PythonText.of(number));
    } else if (value instanceof Number number) {
      text.append(number);
    } else if (value instanceof None) {
      text.append("None");
    } else if (value instanceof Undefined) {
      text.append("Undefined");
    } else if (value instanceof List<?> list) {
      represent(run, list, "[", "]", text);
    } else if (value instanceof Tuple tuple) {
      represent(run, tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", text);
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(separator);
        represent(run, entry.getKey(), text);
        text.append(": ");
        represent(run, entry.getValue(), text);
        separator = ", ";
      }
      text.append(map.isEmpty() ? "{}" : "}");
    } else {
      text.append('<').append(Values.typeName(value)).append('>');
    }
    run.check(text.length());
  }

  private static void represent(
      Run run, List<?> items, String begin, String end, StringBuilder text) {
    text.append(begin);
    for (int i = 0; i < items.size(); i++) {
      text.append(i == 0 ? "" : ", ");
      represent(run, items.get(i), text);
    }
    text.append(end);
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
      run.chargeText((long) separator.length() + part.length());
      run.check((long) text.length() + separator.length() + part.length());
      if (i > 0) {
        text.append(separator);
      }
      text.append(part);
    }
    return text.toString();
  }

  static long count(String text, String part) {
    if (part.isEmpty()) {
      return PythonText.length(text) + 1L;
    }
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
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
    long times = count(text, old);
    times = limit < 0 ? times : Math.min(times, limit);
    run.chargeText(text.length() + times * (fresh.length() - (long) old.length()));
    if (limit < 0) {
      return text.replace(old, fresh);
    }
    StringBuilder result = new StringBuilder();
    int start = 0;
    for (long i = 0; i < times; i++) {
      int at = old.isEmpty() ? nextBorder(text, start, i) : text.indexOf(old, start);
      result.append(text, start, at).append(fresh);
      start = at + old.length();
    }
    return result.append(text, start, text.length()).toString();
  }

  private static int nextBorder(String text, int start, long count) {
    return count == 0 ? start : text.offsetByCodePoints(start, 1);
  }
}
