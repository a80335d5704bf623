package dev.statecraft.cli.terminal;

import java.util.Locale;

/** Numbers as people read them. Always with a point for decimals, whatever the locale. */
public final class Units {
  private static final long KIB = 1024;

  private Units() {}

  /** {@code 1,234,567}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code 12.3 MiB}; whole below 1 KiB. */
  public static String bytes(long value) {
    if (Math.abs(value) < KIB) {
      return value + " B";
    }
    double scaled = value;
    String unit = "B";
    for (String next : new String[] {"KiB", "MiB", "GiB", "TiB"}) {
      // What would be shown as 1024.0 is one of the next unit.
      if (Math.abs(scaled) < KIB - 0.05) {
        break;
      }
      scaled /= KIB;
      unit = next;
    }
    return String.format(Locale.ROOT, "%.1f %s", scaled, unit);
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
}
