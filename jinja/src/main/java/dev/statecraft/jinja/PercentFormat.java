package dev.statecraft.jinja;

import java.util.List;
import java.util.Map;

/** {@code format % values}. */
final class PercentFormat {
  private static final String CONVERSIONS = "diouxXeEfFgGcrsa%";

  private final Run run;
  private final String format;
  private final Object values;
  private final List<Object> arguments;
  private final StringBuilder text = new StringBuilder();
  private int at;
  private int used;

  private PercentFormat(Run run, String format, Object values) {
    this.run = run;
    this.format = format;
    this.values = values;
    arguments = values instanceof Tuple tuple ? tuple.items() : List.of(values);
  }

  static String of(Run run, String format, Object values) {
    return new PercentFormat(run, format, values).made();
  }

  private String made() {
    run.chargeText(format.length());
    while (at < format.length()) {
      int next = format.indexOf('%', at);
      int end = next < 0 ? format.length() : next;
      run.check((long) text.length() + end - at);
      text.append(format, at, end);
      at = end;
      if (next >= 0) {
        at++;
        field();
      }
    }
    boolean mapping = values instanceof Map || values instanceof List;
    if (used < arguments.size() && !mapping) {
      throw new Fault("not all arguments converted during string formatting");
    }
    return text.toString();
  }

  private void field() {
    run.charge(8);
    Object value = null;
    if (at < format.length() && format.charAt(at) == '(') {
      value = named();
    }
    int flags = at;
    while (at < format.length() && "-0+ #".indexOf(format.charAt(at)) >= 0) {
      at++;
    }
    String flag = format.substring(flags, at);
    long width = number();
    int precision = -1;
    if (at < format.length() && format.charAt(at) == '.') {
      at++;
      precision = (int) Math.min(number(), Integer.MAX_VALUE);
    }
    while (at < format.length() && "hlL".indexOf(format.charAt(at)) >= 0) {
      at++;
    }
    if (at == format.length()) {
      throw new Fault("incomplete format");
    }
    char type = format.charAt(at++);
    if (CONVERSIONS.indexOf(type) < 0) {
      throw new Fault("unsupported format character '" + type + "'");
    }
    if (type == '%') {
      text.append('%');
      return;
    }
    convert(value == null ? argument() : value, flag, width, precision, type);
  }

  private Object named() {
    int depth = 1;
    int start = ++at;
    while (at < format.length() && depth > 0) {
      char c = format.charAt(at++);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    if (depth > 0) {
      throw new Fault("incomplete format key");
    }
    if (!(values instanceof Map<?, ?> map)) {
      throw new Fault("format requires a mapping");
    }
    String key = format.substring(start, at - 1);
    Object value = Values.get(run, map, key);
    if (value == null) {
      throw new Fault(Undefined.attribute(values, key).message());
    }
    return value;
  }

  private long number() {
    int end = FormatField.digits(format, at);
    long number = FormatField.number(format.substring(at, end));
    at = end;
    return number;
  }

  private Object argument() {
    if (used == arguments.size()) {
      throw new Fault("not enough arguments for format string");
    }
    return arguments.get(used++);
  }

  private void convert(Object value, String flags, long width, int precision, char type) {
    boolean left = flags.contains("-");
    boolean zeros = flags.contains("0") && !left && "sra".indexOf(type) < 0;
    char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
    char align = left ? '<' : zeros ? '=' : '>';
    boolean text = "sra".indexOf(type) >= 0;
    char kind = type == 'i' || type == 'u' ? 'd' : text ? 's' : type;
    boolean places = "dxXoc".indexOf(kind) < 0;
    FormatField field =
        new FormatField(
            zeros ? "0" : " ",
            align,
            text ? '-' : sign,
            flags.contains("#"),
            width,
            '\0',
            places ? precision : -1,
            kind);
    if (text) {
      String shown = type == 's' ? Texts.of(run, value) : Texts.represented(run, value);
      field.appendText(run, this.text, shown);
    } else if (type == 'c' && value instanceof String letter && run.length(letter) == 1) {
      field.appendText(run, this.text, letter);
    } else {
      field.appendNumber(run, this.text, number(value, kind));
    }
  }

  private static Object number(Object value, char kind) {
    if (!Values.isNumber(Values.defined(value))) {
      throw new Fault(
          "%" + kind + " format: a real number is required, not " + Values.typeName(value));
    }
    if (kind == 'd' && value instanceof Double real) {
      if (!Double.isFinite(real)) {
        throw new Fault("cannot convert float infinity or NaN to integer");
      }
      return NumberText.truncated(real);
    }
    return value;
  }
}
