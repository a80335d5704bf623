package dev.statecraft.testkit;

import dev.statecraft.tensor.DType;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/**
 * Whether values agree: every {@code |actual - expected|} is at most {@code relative * max(largest
 * |expected|, floor)}.
 *
 * @param relative tolerance relative to the largest expected absolute value
 * @param floor the least scale that {@code relative} applies to; above 0 where all expected values
 *     may be 0 and the actual ones only nearly so
 */
public record Closeness(double relative, double floor) {
  public Closeness {
    if (!(relative >= 0) || !(floor >= 0) || Double.isInfinite(relative * floor)) {
      throw new IllegalArgumentException(
          "tolerance: expected finite numbers of 0 or more, found " + relative + ", " + floor);
    }
  }

  /** Relative to the largest expected value alone. */
  public static Closeness relative(double relative) {
    return new Closeness(relative, 0);
  }

  /** What a few operations in this type may lose; integers must be equal. */
  public static Closeness of(DType type) {
    return relative(
        switch (type) {
          case FLOAT64 -> 1e-10;
          case FLOAT32 -> 1e-5;
          case FLOAT16 -> 4e-3;
          case BFLOAT16 -> 3e-2;
          default -> 0;
        });
  }

  public Closeness withFloor(double value) {
    return new Closeness(relative, value);
  }

  /**
   * Describes how the values disagree; empty if they do not. The description names the number of
   * values that are off, and the index and values of the worst one.
   */
  public Optional<String> mismatch(double[] actual, double[] expected) {
    return mismatch(actual, expected, i -> 0);
  }

  /**
   * The same with more room where values are less certain than the others.
   *
   * @param slack what the value at an index may be off beside the tolerance
   */
  public Optional<String> mismatch(double[] actual, double[] expected, IntToDoubleFunction slack) {
    if (actual.length != expected.length) {
      return Optional.of("expected " + expected.length + " values, found " + actual.length);
    }
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      if (!Double.isFinite(expected[i])) {
        return Optional.of("the expected value at index " + i + " is " + expected[i]);
      }
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    double tolerance = relative * Math.max(largest, floor);
    int off = 0;
    int worst = -1;
    double most = -1;
    for (int i = 0; i < actual.length; i++) {
      double distance = Math.abs(actual[i] - expected[i]);
      // Written so that NaN counts as too far.
      if (!(distance <= tolerance + slack.applyAsDouble(i))) {
        off++;
        double rank = Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
        if (rank > most) {
          most = rank;
          worst = i;
        }
      }
    }
    if (off == 0) {
      return Optional.empty();
    }
    return Optional.of(
        off
            + " of "
            + actual.length
            + " values are off; the worst at index "
            + worst
            + ": expected "
            + expected[worst]
            + ", found "
            + actual[worst]
            + " (difference "
            + Math.abs(actual[worst] - expected[worst])
            + ", tolerance "
            + (tolerance + slack.applyAsDouble(worst))
            + ", largest expected value "
            + largest
            + ")");
  }

  /**
   * Fails if the values disagree.
   *
   * @param what names the values in the message
   */
  public void check(String what, double[] actual, double[] expected) {
    check(what, actual, expected, i -> 0);
  }

  /**
   * Fails if the values disagree.
   *
   * @param what names the values in the message
   * @param slack what the value at an index may be off beside the tolerance
   */
  public void check(String what, double[] actual, double[] expected, IntToDoubleFunction slack) {
    mismatch(actual, expected, slack)
        .ifPresent(
            message -> {
              throw new AssertionError(what + ": " + message);
            });
  }
}
