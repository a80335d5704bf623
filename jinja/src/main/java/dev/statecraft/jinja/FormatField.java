package dev.statecraft.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * How a value is shown in a text, by Python's rules.
 *
 * @param fill what fills the width
 * @param align {@code <}, {@code >}, {@code ^} or {@code =} (after the sign); a space for the
 *     value's own
 * @param sign {@code -}, {@code +} or a space, which positive numbers get
 * @param alternate whether digits get a prefix such as {@code 0x}
 * @param grouping what is between thousands; a zero char for nothing
 * @param precision of digits or characters; negative for none
 * @param type such as {@code d} or {@code f}; a zero char for the value's own
 */
record FormatField(
    String fill,
    char align,
    char sign,
    boolean alternate,
    long width,
    char grouping,
    int precision,
    char type) {
  private static final int MOST_DIGITS = 1000;
  private static final char NONE = '\0';

  /** Appends a value that is a text already. */
  void appendText(Run run, StringBuilder out, String value) {
    String shown =
        precision < 0 || precision >= run.length(value)
            ? value
            : value.substring(0, run.offset(value, precision));
    pad(run, out, "", shown, '<');
  }

  /**
   * Appends a number.
   *
   * @throws Fault if the type is none of numbers, or this number has none of it
   */
  void appendNumber(Run run, StringBuilder out, Object number) {
    boolean whole = Numbers.isWhole(number);
    char kind = type == NONE ? whole ? 'd' : precision < 0 ? 'r' : 'g' : type;
    if (precision > MOST_DIGITS) {
      throw new Fault("format: expected a precision of at most " + MOST_DIGITS);
    }
    run.charge(10 + Math.max(0, precision) / 4);
    boolean negative =
        whole ? Numbers.whole(number) < 0 : Double.compare(Numbers.real(number), 0) < 0;
    String prefix = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    String digits = "dxXobc".indexOf(kind) >= 0 ? whole(number, kind) : real(number, kind);
    if (kind == 'c') {
      pad(run, out, "", digits, '<');
      return;
    }
    if (alternate && "xXob".indexOf(kind) >= 0) {
      prefix += "0" + kind;
    }
    pad(run, out, prefix, grouping == NONE ? digits : grouped(digits, kind), '>');
  }

  private static String whole(Object number, char kind) {
    if (!Numbers.isWhole(number)) {
      throw new Fault("Unknown format code '" + kind + "' for object of type 'float'");
    }
    long value = Numbers.whole(number);
    if (kind == 'c') {
      if (value < 0 || value > Character.MAX_CODE_POINT) {
        throw new Fault("a code point: expected one below 0x110000, found " + value);
      }
      return Character.toString((int) value);
    }
    int base = kind == 'd' ? 10 : kind == 'o' ? 8 : kind == 'b' ? 2 : 16;
    String digits = Long.toString(value, base);
    digits = value < 0 ? digits.substring(1) : digits;
    return kind == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
  }

  private String real(Object number, char kind) {
    if ("feEFgGr%n".indexOf(kind) < 0) {
      throw new Fault("Unknown format code '" + kind + "' for a number");
    }
    double value = Math.abs(Numbers.real(number)) * (kind == '%' ? 100 : 1);
    String end = kind == '%' ? "%" : "";
    String shown;
    if (!Double.isFinite(value)) {
      shown = PythonText.of(value);
    } else if (kind == 'r') {
      shown = PythonText.of(value);
    } else {
      int places = precision < 0 ? 6 : precision;
      BigDecimal exact =
          Numbers.isWhole(number) && kind != '%'
              ? BigDecimal.valueOf(Numbers.whole(number)).abs()
              : new BigDecimal(value);
      shown =
          switch (kind) {
            case 'e', 'E' -> scientific(exact, places);
            case 'g', 'G', 'n' -> general(exact, Math.max(1, places));
            default -> exact.setScale(places, RoundingMode.HALF_EVEN).toPlainString();
          };
    }
    boolean upper = kind == 'E' || kind == 'F' || kind == 'G';
    return (upper ? shown.toUpperCase(Locale.ROOT) : shown) + end;
  }

  private static String scientific(BigDecimal value, int places) {
    BigDecimal rounded =
        value.signum() == 0
            ? value
            : value.round(new java.math.MathContext(places + 1, RoundingMode.HALF_EVEN));
    int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    String mantissa =
        rounded.movePointLeft(exponent).setScale(places, RoundingMode.HALF_EVEN).toPlainString();
    int size = Math.abs(exponent);
    return mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
  }

  private String general(BigDecimal value, int digits) {
    BigDecimal rounded = value.round(new java.math.MathContext(digits, RoundingMode.HALF_EVEN));
    int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    if (exponent < -4 || exponent >= digits) {
      String shown = scientific(value, digits - 1);
      int e = shown.indexOf('e');
      return alternate ? shown : withoutZeros(shown.substring(0, e)) + shown.substring(e);
    }
    String shown =
        value.setScale(Math.max(0, digits - 1 - exponent), RoundingMode.HALF_EVEN).toPlainString();
    return alternate ? shown : withoutZeros(shown);
  }

  private static String withoutZeros(String number) {
    if (number.indexOf('.') < 0) {
      return number;
    }
    int end = number.length();
    while (number.charAt(end - 1) == '0') {
      end--;
    }
    return number.substring(0, number.charAt(end - 1) == '.' ? end - 1 : end);
  }

  /** With something between groups of three digits, or of four in other bases. */
  private String grouped(String digits, char kind) {
    int end = 0;
    while (end < digits.length() && Character.digit(digits.charAt(end), 16) >= 0) {
      end++;
    }
    if (kind != 'x' && kind != 'X') {
      end = 0;
      while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
        end++;
      }
    }
    int size = "xXob".indexOf(kind) >= 0 ? 4 : 3;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < end; i++) {
      if (i > 0 && (end - i) % size == 0) {
        text.append(grouping);
      }
      text.append(digits.charAt(i));
    }
    return text.append(digits, end, digits.length()).toString();
  }

  private void pad(Run run, StringBuilder out, String prefix, String shown, char own) {
    long length = (long) prefix.length() + run.length(shown);
    long missing = Math.max(0, width - length);
    run.check(missing);
    run.check((long) out.length() + prefix.length() + shown.length() + missing * fill.length());
    run.charge(2 + ((long) shown.length() + missing * fill.length()) / 8);
    char side = align == ' ' ? own : align;
    int before = (int) (side == '<' ? 0 : side == '^' ? missing / 2 : missing);
    if (side == '=') {
      out.append(prefix).append(fill.repeat(before)).append(shown);
    } else {
      out.append(fill.repeat(before)).append(prefix).append(shown);
      out.append(fill.repeat((int) missing - before));
    }
  }

  /** A field by a specification such as {@code >10.2f}. */
  static FormatField of(String specification) {
    int at = 0;
    int length = specification.length();
    String fill = " ";
    char align = ' ';
    int first = length == 0 ? 0 : specification.offsetByCodePoints(0, 1);
    if (first > 0 && first < length && "<>^=".indexOf(specification.charAt(first)) >= 0) {
      fill = specification.substring(0, first);
      align = specification.charAt(first);
      at = first + 1;
    } else if (length > 0 && "<>^=".indexOf(specification.charAt(0)) >= 0) {
      align = specification.charAt(0);
      at = 1;
    }
    char sign = '-';
    if (at < length && "+- ".indexOf(specification.charAt(at)) >= 0) {
      sign = specification.charAt(at++);
    }
    boolean alternate = at < length && specification.charAt(at) == '#';
    at += alternate ? 1 : 0;
    if (at < length && specification.charAt(at) == '0') {
      fill = align == ' ' ? "0" : fill;
      align = align == ' ' ? '=' : align;
      at++;
    }
    int end = digits(specification, at);
    final long width = number(specification.substring(at, end));
    at = end;
    char grouping = NONE;
    if (at < length && ",_".indexOf(specification.charAt(at)) >= 0) {
      grouping = specification.charAt(at++);
    }
    int precision = -1;
    if (at < length && specification.charAt(at) == '.') {
      end = digits(specification, at + 1);
      if (end == at + 1) {
        throw new Fault("Format specifier missing precision");
      }
      precision = (int) Math.min(number(specification.substring(at + 1, end)), Integer.MAX_VALUE);
      at = end;
    }
    char type = at < length ? specification.charAt(at++) : NONE;
    if (at < length) {
      throw new Fault("Invalid format specifier");
    }
    return new FormatField(fill, align, sign, alternate, width, grouping, precision, type);
  }

  /** Where the digits from a place on end. */
  static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  /** The number of some digits; more than any text is long if it is larger. */
  static long number(String digits) {
    return digits.isEmpty() ? 0 : digits.length() > 15 ? Integer.MAX_VALUE : Long.parseLong(digits);
  }

  /**
   * Appends any value.
   *
   * @throws Fault if it has no such form
   */
  void append(Run run, StringBuilder out, Object value) {
    if (Values.isNumber(value) && !(value instanceof Boolean && type == NONE && width == 0)) {
      appendNumber(run, out, value);
      return;
    }
    if (type != NONE && type != 's') {
      throw new Fault(
          "Unknown format code '" + type + "' for object of type '" + Values.typeName(value) + "'");
    }
    if (grouping != NONE) {
      throw new Fault("Cannot specify '" + grouping + "' with 's'.");
    }
    if (align == '=' && !fill.equals("0")) {
      throw new Fault("'=' alignment not allowed in string format specifier");
    }
    FormatField field =
        align == '='
            ? new FormatField(fill, '<', sign, alternate, width, grouping, precision, type)
            : this;
    field.appendText(run, out, Texts.of(run, value));
  }
}
