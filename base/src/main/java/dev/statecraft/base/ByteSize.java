package dev.statecraft.base;

import java.util.List;
import java.util.Locale;

/**
 * An amount of memory.
 *
 * @param bytes 1 or more
 */
public record ByteSize(long bytes) {
  private static final long KIB = 1024;

  private record Unit(String name, long bytes) {}

  /** Longest names first, as {@code KiB} ends in {@code B}. */
  private static final List<Unit> UNITS =
      List.of(
          new Unit("TiB", 1L << 40),
          new Unit("GiB", 1L << 30),
          new Unit("MiB", 1L << 20),
          new Unit("KiB", KIB),
          new Unit("TB", 1_000_000_000_000L),
          new Unit("GB", 1_000_000_000),
          new Unit("MB", 1_000_000),
          new Unit("KB", 1000),
          new Unit("B", 1));

  public ByteSize {
    if (bytes < 1) {
      throw new UsageException("expected a size of 1 byte or more, found " + bytes);
    }
  }

  /**
   * Reads {@code 24GiB}, {@code 1.5 GB}, {@code 512MiB}, or a number of bytes.
   *
   * @throws UsageException if it is none of these; the message begins with "expected"
   */
  public static ByteSize parse(String text) {
    String number = text.strip();
    long factor = 1;
    for (Unit unit : UNITS) {
      if (number.endsWith(unit.name)) {
        number = number.substring(0, number.length() - unit.name.length()).strip();
        factor = unit.bytes;
        break;
      }
    }
    if (number.matches("[0-9]{1,18}(\\.[0-9]{1,9})?")) {
      double bytes = Double.parseDouble(number) * factor;
      if (bytes >= 1 && bytes < Long.MAX_VALUE) {
        return new ByteSize((long) bytes);
      }
    }
    throw new UsageException("expected a size such as 24GiB or 512MiB, found '" + text + "'");
  }

  /** {@code 12.3 MiB}; whole below 1 KiB. May be negative. */
  public static String shown(long bytes) {
    if (Math.abs(bytes) < KIB) {
      return bytes + " B";
    }
    double scaled = bytes;
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

  /** The exact size in the largest unit that gives a whole number; {@link #parse} reads it. */
  @Override
  public String toString() {
    return UNITS.stream()
        .filter(unit -> bytes % unit.bytes == 0)
        .findFirst()
        .map(unit -> bytes / unit.bytes + unit.name)
        .orElseThrow();
  }
}
