package dev.statecraft.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values as JSON, in the spelling of Python's {@code json.dumps}. */
final class JsonText {
  private final Run run;
  private final boolean ascii;
  private final String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sorted;
  private final StringBuilder text = new StringBuilder();

  /**
   * A writer.
   *
   * @param indent what a level is indented by; null for everything on one line
   * @param separators between items, and between a key and its value; null for the usual ones
   */
  private JsonText(Run run, boolean ascii, String indent, List<String> separators, boolean sorted) {
    this.run = run;
    this.ascii = ascii;
    this.indent = indent;
    itemSeparator = separators == null ? indent == null ? ", " : "," : separators.get(0);
    keySeparator = separators == null ? ": " : separators.get(1);
    this.sorted = sorted;
  }

  /** The filter {@code tojson}, with its arguments. */
  static String of(Run run, Object value, Arguments arguments) {
    Object[] bound = arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    List<String> separators = null;
    if (bound[2] != null && bound[2] != None.NONE) {
      separators =
          Values.items(run, bound[2]).stream()
              .map(separator -> Values.text(separator, "tojson separators"))
              .toList();
      if (separators.size() != 2) {
        throw new Fault("tojson: expected two separators, found " + separators.size());
      }
    }
    JsonText json =
        new JsonText(
            run,
            bound[0] != null && Values.isTrue(bound[0]),
            indent(run, bound[1]),
            separators,
            bound[3] != null && Values.isTrue(bound[3]));
    json.value(value, 0);
    return json.text.toString();
  }

  private static String indent(Run run, Object given) {
    if (given == null || given == None.NONE) {
      return null;
    }
    if (given instanceof String text) {
      return text;
    }
    int width = Math.max(0, Values.small(given, "tojson indent"));
    run.chargeText(width);
    return " ".repeat(width);
  }

  private void value(Object value, int level) {
    run.charge(1);
    if (value instanceof String string) {
      string(string);
    } else if (value instanceof None) {
      text.append("null");
    } else if (value instanceof Boolean truth) {
      text.append(truth ? "true" : "false");
    } else if (value instanceof Number number) {
      text.append(number(number));
    } else if (value instanceof List<?> list) {
      items(list, level);
    } else if (value instanceof Tuple tuple) {
      items(tuple.items(), level);
    } else if (value instanceof Map<?, ?> map) {
      members(map, level);
    } else {
      throw new Fault("Object of type " + Values.typeName(value) + " is not JSON serializable");
    }
    run.check(text.length());
  }

  private String number(Number number) {
    run.charge(8);
    if (number instanceof BigInteger whole) {
      return Texts.digits(run, whole);
    }
    if (!(number instanceof Double real)) {
      return number.toString();
    }
    if (real.isNaN()) {
      return "NaN";
    }
    return real.isInfinite() ? real > 0 ? "Infinity" : "-Infinity" : PythonText.of(real);
  }

  private void items(List<?> items, int level) {
    if (items.isEmpty()) {
      text.append("[]");
      return;
    }
    run.enterValue();
    text.append('[');
    for (int i = 0; i < items.size(); i++) {
      separate(i == 0 ? "" : itemSeparator);
      line(level + 1);
      value(items.get(i), level + 1);
    }
    line(level);
    text.append(']');
    run.leaveValue();
  }

  private void members(Map<?, ?> map, int level) {
    if (map.isEmpty()) {
      text.append("{}");
      return;
    }
    run.enterValue();
    run.charge(3L * map.size());
    List<Map.Entry<String, Object>> members = new ArrayList<>();
    map.forEach((key, value) -> members.add(Map.entry(key(key), value)));
    if (sorted) {
      members.sort((a, b) -> Values.compare(run, a.getKey(), b.getKey(), "<"));
    }
    text.append('{');
    for (int i = 0; i < members.size(); i++) {
      separate(i == 0 ? "" : itemSeparator);
      line(level + 1);
      string(members.get(i).getKey());
      separate(keySeparator);
      value(members.get(i).getValue(), level + 1);
    }
    line(level);
    text.append('}');
    run.leaveValue();
  }

  private void separate(String separator) {
    run.charge(separator.length() / 8);
    run.check((long) text.length() + separator.length());
    text.append(separator);
  }

  private String key(Object key) {
    if (key instanceof String name) {
      return name;
    } else if (key instanceof Boolean truth) {
      return truth ? "true" : "false";
    }
    return key instanceof Number number ? number(number) : "null";
  }

  private void line(int level) {
    if (indent != null) {
      run.chargeText((long) indent.length() * level);
      run.check(text.length() + (long) indent.length() * level);
      text.append('\n').append(indent.repeat(level));
    }
  }

  private void string(String string) {
    run.chargeText(string.length());
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            run.charge(1);
            run.check(text.length());
            text.append("\\u");
            PythonText.hex(c, 4, text);
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
