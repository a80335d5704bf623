package dev.statecraft.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers as people read them. Always with a point for decimals, whatever the locale. */
public final class Units {
  private Units() {}

  /** {@code 1,234,567}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code 12.3 MiB}; whole below 1 KiB. */
  public static String bytes(long value) {
    return ByteSize.shown(value);
  }

  /** Four significant digits or so: {@code 0.5317}, {@code 12.35}, {@code 2.0e-05}. */
  public static String decimal(double value) {
    if (Double.isNaN(value)) {
      return "not a number";
    }
    double size = Math.abs(value);
    if (value == 0 || (size >= 0.001 && size < 10)) {
      return String.format(Locale.ROOT, "%.4f", value);
    }
    if (size >= 10 && size < 100_000) {
      return String.format(Locale.ROOT, "%.2f", value);
    }
    return String.format(Locale.ROOT, "%.1e", value);
  }

  /** {@code 1:05}, {@code 1:02:03}. */
  public static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  /** {@code 12.3 s}, or a clock from two minutes on. */
  public static String seconds(double seconds) {
    return seconds < 120 ? String.format(Locale.ROOT, "%.1f s", seconds) : clock(seconds);
  }

  /** {@code 12.3 %} of a part of one. */
  public static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }

  /** {@code 0 to 3, 7} of whole numbers that ascend. */
  public static String ranges(List<Integer> numbers) {
    List<String> parts = new ArrayList<>();
    for (int from = 0; from < numbers.size(); ) {
      int to = from;
      while (to + 1 < numbers.size() && numbers.get(to + 1) == numbers.get(to) + 1) {
        to++;
      }
      String first = String.valueOf(numbers.get(from));
      parts.add(from == to ? first : first + " to " + numbers.get(to));
      from = to + 1;
    }
    return String.join(", ", parts);
  }
}
