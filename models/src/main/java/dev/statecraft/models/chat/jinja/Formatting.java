package dev.statecraft.models.chat.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's two ways to put values into a text. */
final class Formatting {
  private static final Pattern PERCENT =
      Pattern.compile("%(?:\\((\\w+)\\))?([-0+ ]*)(\\d*)(?:\\.(\\d+))?([a-zA-Z%])");
  private static final Pattern BRACES = Pattern.compile("\\{\\{|}}|\\{(\\w*)(?::([^{}]*))?}");
  private static final Pattern SPECIFICATION =
      Pattern.compile("([<>^]?)(0?)(\\d*)(,?)(?:\\.(\\d+))?([a-zA-Z%]?)");

  private Formatting() {}

  /** {@code format % values}. */
  static String percent(Run run, String format, Object values) {
    List<Object> arguments = values instanceof Tuple tuple ? tuple.items() : List.of(values);
    Matcher matcher = PERCENT.matcher(format);
    StringBuilder text = new StringBuilder();
    int end = 0;
    int next = 0;
    while (matcher.find()) {
      text.append(format, end, matcher.start());
      end = matcher.end();
      String type = matcher.group(5);
      if (type.equals("%")) {
        text.append('%');
        continue;
      }
      Object value;
      if (matcher.group(1) != null) {
        value =
            values instanceof Map<?, ?> map && map.containsKey(matcher.group(1))
                ? map.get(matcher.group(1))
                : Values.defined(Undefined.attribute(values, matcher.group(1)));
      } else if (next < arguments.size()) {
        value = arguments.get(next++);
      } else {
        throw new Fault("not enough arguments for format string");
      }
      String flags = matcher.group(2);
      String shown = shown(run, value, matcher.group(4), type, flags.contains("+"));
      append(
          run,
          text,
          shown,
          width(matcher.group(3)),
          flags.contains("-") ? "<" : ">",
          flags.contains("0"));
    }
    return text.append(format, end, format.length()).toString();
  }

  /** {@code format.format(values)}. */
  static String braces(Run run, String format, Arguments arguments) {
    Matcher matcher = BRACES.matcher(format);
    StringBuilder text = new StringBuilder();
    int end = 0;
    int next = 0;
    while (matcher.find()) {
      text.append(format, end, matcher.start());
      end = matcher.end();
      if (matcher.group(1) == null) {
        text.append(matcher.group().charAt(0));
        continue;
      }
      String name = matcher.group(1).isEmpty() ? String.valueOf(next++) : matcher.group(1);
      specified(run, text, argument(arguments, name), matcher.group(2));
    }
    return text.append(format, end, format.length()).toString();
  }

  private static Object argument(Arguments arguments, String name) {
    if (name.chars().allMatch(c -> c >= '0' && c <= '9') && name.length() < 6) {
      int index = Integer.parseInt(name);
      if (index < arguments.positional().size()) {
        return arguments.positional().get(index);
      }
    }
    Object value = arguments.named().get(name);
    if (value == null) {
      throw new Fault("format: there is no argument '" + name + "'");
    }
    return value;
  }

  private static void specified(Run run, StringBuilder text, Object value, String specification) {
    Matcher matcher = SPECIFICATION.matcher(specification == null ? "" : specification);
    if (!matcher.matches()) {
      throw new Fault("format: '" + specification + "' is not supported");
    }
    String type = matcher.group(6);
    boolean number = Values.isNumber(value);
    String shown =
        type.isEmpty() && matcher.group(5) == null
            ? Texts.of(run, value)
            : shown(
                run, value, matcher.group(5), type.isEmpty() ? number ? "g" : "s" : type, false);
    if (!matcher.group(4).isEmpty()) {
      shown = grouped(shown);
    }
    String align = matcher.group(1).isEmpty() ? number ? ">" : "<" : matcher.group(1);
    append(run, text, shown, width(matcher.group(3)), align, !matcher.group(2).isEmpty());
  }

  private static String grouped(String number) {
    int dot = number.indexOf('.') < 0 ? number.length() : number.indexOf('.');
    return number.substring(0, dot).replaceAll("(?<=\\d)(?=(\\d{3})+$)", ",")
        + number.substring(dot);
  }

  private static int width(String digits) {
    return digits.isEmpty() ? 0 : digits.length() > 6 ? 1_000_000 : Integer.parseInt(digits);
  }

  private static void append(
      Run run, StringBuilder text, String shown, int width, String align, boolean zeros) {
    int missing = Math.max(0, width - PythonText.length(shown));
    run.chargeText((long) shown.length() + missing);
    run.check((long) text.length() + shown.length() + missing);
    if (zeros && !align.equals("<")) {
      int sign = shown.startsWith("-") || shown.startsWith("+") ? 1 : 0;
      text.append(shown, 0, sign).append("0".repeat(missing)).append(shown.substring(sign));
      return;
    }
    int before = align.equals("<") ? 0 : align.equals("^") ? missing / 2 : missing;
    text.append(" ".repeat(before)).append(shown).append(" ".repeat(missing - before));
  }

  private static String shown(Run run, Object value, String precision, String type, boolean plus) {
    int digits = precision == null ? -1 : Math.min(width(precision), 100);
    switch (type) {
      case "s", "r" -> {
        String text = type.equals("s") ? Texts.of(run, value) : Texts.of(run, Tuple.of(value));
        text = type.equals("s") ? text : text.substring(1, text.length() - 2);
        return digits < 0 || digits >= PythonText.length(text)
            ? text
            : text.substring(0, text.offsetByCodePoints(0, digits));
      }
      case "d", "i", "x", "X", "o" -> {
        long number = (long) Numbers.real(number(value));
        String text =
            switch (type) {
              case "x" -> Long.toString(number, 16);
              case "X" -> Long.toString(number, 16).toUpperCase(Locale.ROOT);
              case "o" -> Long.toString(number, 8);
              default -> Long.toString(number);
            };
        return plus && number >= 0 ? "+" + text : text;
      }
      case "f", "F", "e", "%" -> {
        double number = Numbers.real(number(value)) * (type.equals("%") ? 100 : 1);
        int places = digits < 0 ? 6 : digits;
        String text;
        if (!Double.isFinite(number)) {
          text = PythonText.of(number);
        } else if (type.equals("e")) {
          text = ("%." + places + "e").formatted(number);
        } else {
          text = new BigDecimal(number).setScale(places, RoundingMode.HALF_EVEN).toPlainString();
        }
        text = plus && number >= 0 ? "+" + text : text;
        return type.equals("%") ? text + "%" : text;
      }
      default -> throw new Fault("format: '" + type + "' is not supported");
    }
  }

  private static Object number(Object value) {
    if (!Values.isNumber(Values.defined(value))) {
      throw new Fault("format: expected a number, found a '" + Values.typeName(value) + "'");
    }
    return value;
  }
}
