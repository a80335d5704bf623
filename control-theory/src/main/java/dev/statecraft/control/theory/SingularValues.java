package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.Arrays;

/** What singular values, largest first, say of a matrix. */
public final class SingularValues {
  private SingularValues() {}

  /**
   * How many are above {@code tolerance} times the largest; of zeros none.
   *
   * @throws UsageException if the tolerance is not within 0 and 1
   */
  public static int rank(double[] values, double tolerance) {
    if (!(tolerance >= 0 && tolerance < 1)) {
      throw new UsageException("expected a tolerance from 0 to below 1, found " + tolerance);
    }
    double least = values.length == 0 ? 0 : tolerance * values[0];
    return (int) Arrays.stream(values).filter(value -> value > least).count();
  }
}
