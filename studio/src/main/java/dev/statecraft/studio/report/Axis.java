package dev.statecraft.studio.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The range of an axis and where its marks are.
 *
 * @param from value at its beginning
 * @param to value at its end, above {@code from}
 * @param ticks values with marks, ascending
 */
record Axis(double from, double to, List<Double> ticks) {
  Axis {
    ticks = List.copyOf(ticks);
  }

  /** An axis over values whose ends are marks: steps of 1, 2 or 5 times a power of ten. */
  static Axis covering(double least, double most, int marks) {
    double high = most > least ? most : least + Math.max(1e-9, Math.abs(least) * 0.1);
    double step = step(high - least, marks);
    long first = (long) Math.floor(least / step + 1e-9);
    long last = (long) Math.ceil(high / step - 1e-9);
    List<Double> ticks = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      ticks.add(i * step);
    }
    return new Axis(first * step, last * step, ticks);
  }

  /** An axis that ends where the values do, with whole marks within. */
  static Axis within(double from, double to, int marks) {
    double high = to > from ? to : from + 1;
    double step = Math.max(1, step(high - from, marks));
    List<Double> ticks = new ArrayList<>();
    for (double tick = Math.ceil(from / step) * step; tick <= high + 1e-9; tick += step) {
      ticks.add(tick);
    }
    return new Axis(from, high, ticks);
  }

  /** Where a value is, from 0 to 1. */
  double position(double value) {
    return (value - from) / (to - from);
  }

  private static double step(double range, int marks) {
    double rough = range / marks;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double digit = rough / power;
    double nice = digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10;
    return nice * power;
  }
}
