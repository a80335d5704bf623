package dev.statecraft.jinja;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;

/** Numbers out of texts, as Python's {@code int} and {@code float} read them. */
final class NumberText {
  private NumberText() {}

  /**
   * A whole number, or nothing if the text is none.
   *
   * @param base from 2 to 36; 0 for what the text's prefix says
   * @throws Fault if it has more than 64 bits
   */
  static Optional<Long> whole(Run run, String given, int base) {
    run.chargeText(given.length());
    String text = PythonText.strip(given);
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    int radix = base;
    int prefixed = prefix(digits);
    if (prefixed != 0 && (base == 0 || base == prefixed)) {
      radix = prefixed;
      digits = digits.substring(2);
      digits = digits.startsWith("_") ? digits.substring(1) : digits;
    } else if (base == 0) {
      radix = 10;
      boolean zero = digits.chars().allMatch(c -> c == '0' || c == '_');
      if (digits.startsWith("0") && !zero) {
        return Optional.empty();
      }
    }
    if (radix < 2 || radix > 36 || !hasDigits(digits, radix)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong((negative ? "-" : "") + digits.replace("_", ""), radix));
    } catch (NumberFormatException e) {
      throw new Fault("int: the number in the text has more than 64 bits");
    }
  }

  private static int prefix(String digits) {
    if (digits.length() < 3 || digits.charAt(0) != '0') {
      return 0;
    }
    return switch (digits.charAt(1)) {
      case 'x', 'X' -> 16;
      case 'o', 'O' -> 8;
      case 'b', 'B' -> 2;
      default -> 0;
    };
  }

  /** Whether there is nothing but digits, with single underscores between them. */
  private static boolean hasDigits(String text, int radix) {
    boolean digit = false;
    for (int i = 0; i < text.length(); i++) {
      if (Character.digit(text.charAt(i), radix) >= 0) {
        digit = true;
      } else if (text.charAt(i) == '_' && digit) {
        digit = false;
      } else {
        return false;
      }
    }
    return digit;
  }

  /** A number with or without a fraction, or nothing if the text is none. */
  static Optional<Double> real(Run run, String given) {
    run.chargeText(given.length());
    String text = PythonText.strip(given);
    int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    Optional<Double> named = named(text.substring(at, Math.min(text.length(), at + 9)));
    if (named.isPresent()) {
      return text.startsWith("-") ? Optional.of(-named.get()) : named;
    }
    int whole = digits(text, at);
    boolean point = whole >= 0 && whole < text.length() && text.charAt(whole) == '.';
    int end = point ? digits(text, whole + 1) : whole;
    if (whole < 0 || end < 0 || end - at == (point ? 1 : 0)) {
      return Optional.empty();
    }
    if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
      int exponent = end + 1;
      boolean signed = exponent < text.length() && "+-".indexOf(text.charAt(exponent)) >= 0;
      exponent += signed ? 1 : 0;
      end = digits(text, exponent);
      if (end <= exponent) {
        return Optional.empty();
      }
    }
    return end == text.length()
        ? Optional.of(Double.parseDouble(text.replace("_", "")))
        : Optional.empty();
  }

  private static Optional<Double> named(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "inf", "infinity" -> Optional.of(Double.POSITIVE_INFINITY);
      case "nan" -> Optional.of(Double.NaN);
      default -> Optional.empty();
    };
  }

  /** Where the digits from a place on end, with single underscores between; -1 if misplaced. */
  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean between =
          c == '_' && at > from && text.charAt(at - 1) != '_' && isDigit(text, at + 1);
      if (!between && !isDigit(text, at)) {
        return c == '_' ? -1 : at;
      }
      at++;
    }
    return at;
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  /**
   * The whole part of a finite number.
   *
   * @throws Fault if it has more than 64 bits
   */
  static long truncated(double number) {
    try {
      return new BigDecimal(number).toBigInteger().longValueExact();
    } catch (ArithmeticException e) {
      throw new Fault("int: the number has more than 64 bits");
    }
  }
}
