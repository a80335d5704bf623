package dev.statecraft.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Text as Python sees it: a string is its code points, white space is what {@code isspace} says.
 */
final class PythonText {
  private PythonText() {}

  static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.isSpaceChar(codePoint)
        || codePoint == 0x85;
  }

  static boolean isSpace(String text) {
    return text.codePoints().allMatch(PythonText::isSpace);
  }

  static String strip(String text) {
    return lstrip(rstrip(text));
  }

  static String lstrip(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  static String rstrip(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** A string literal's value. */
  static String unescape(String literal) {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    StringBuilder value = new StringBuilder(literal.length());
    int i = 0;
    while (i < literal.length()) {
      char c = literal.charAt(i++);
      if (c != '\\' || i == literal.length()) {
        value.append(c);
        continue;
      }
      char escape = literal.charAt(i++);
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> value.append(escape);
        case 'a' -> value.append('\u0007');
        case 'b' -> value.append('\b');
        case 'f' -> value.append('\f');
        case 'n' -> value.append('\n');
        case 'r' -> value.append('\r');
        case 't' -> value.append('\t');
        case 'v' -> value.append('\u000B');
        case 'x' -> i = hex(literal, i, 2, value);
        case 'u' -> i = hex(literal, i, 4, value);
        case 'U' -> i = hex(literal, i, 8, value);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(literal, i - 1, value);
        default -> value.append('\\').append(escape);
      }
    }
    return value.toString();
  }

  private static int hex(String literal, int start, int digits, StringBuilder value) {
    int end = start + digits;
    try {
      value.appendCodePoint(Integer.parseInt(literal.substring(start, end), 16));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // Python refuses the literal; its text is as good an answer.
      value.append(literal, start - 2, start);
      return start;
    }
    return end;
  }

  private static int octal(String literal, int start, StringBuilder value) {
    int end = start;
    int code = 0;
    while (end < literal.length()
        && end < start + 3
        && "01234567".indexOf(literal.charAt(end)) >= 0) {
      code = code * 8 + literal.charAt(end++) - '0';
    }
    value.appendCodePoint(code);
    return end;
  }

  /** Appends a string as Python's {@code repr} writes it. */
  static void quote(Run run, String text, StringBuilder quoted) {
    run.chargeText(text.length());
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    quoted.append(quote);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c == quote) {
            quoted.append('\\').append(quote);
          } else if (isPrintable(c)) {
            quoted.appendCodePoint(c);
          } else {
            run.charge(1);
            run.check(quoted.length());
            escape(c, quoted);
          }
        }
      }
    }
    quoted.append(quote);
  }

  private static void escape(int c, StringBuilder text) {
    int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    text.append('\\').append("xuU".charAt(digits == 2 ? 0 : digits == 4 ? 1 : 2));
    hex(c, digits, text);
  }

  /** Appends a number in digits of base 16. */
  static void hex(int number, int digits, StringBuilder text) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      text.append(Character.forDigit((number >> shift) & 15, 16));
    }
  }

  static boolean isPrintable(int c) {
    if (c == ' ') {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** A number as Python's {@code repr} writes it: the fewest digits that give it back. */
  static String of(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(number);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= 17; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == number) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return "%s%se%s%02d"
        .formatted(number < 0 ? "-" : "", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
