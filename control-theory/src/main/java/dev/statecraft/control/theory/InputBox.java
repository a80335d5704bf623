package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.Arrays;

/**
 * The least and the most of each input.
 *
 * @param lower {@code [inputs, 1]}
 * @param upper {@code [inputs, 1]}
 */
public record InputBox(Matrix lower, Matrix upper) {
  /**
   * Checks that there is something in it.
   *
   * @throws UsageException if shapes differ or a lower bound is above its upper one
   */
  public InputBox {
    Shapes.require("lower bounds", lower, lower.rows(), 1);
    Shapes.require("upper bounds", upper, lower.rows(), 1);
    for (int i = 0; i < lower.rows(); i++) {
      if (lower.at(i, 0) > upper.at(i, 0)) {
        throw new UsageException(
            "expected lower bounds not above upper ones, found %s and %s of input %d"
                .formatted(lower.at(i, 0), upper.at(i, 0), i));
      }
    }
  }

  /** All inputs within {@code -bound} and {@code bound}. */
  public static InputBox symmetric(int inputs, double bound) {
    double[] most = new double[inputs];
    Arrays.fill(most, bound);
    return new InputBox(Matrix.column(most).scaled(-1), Matrix.column(most));
  }
}
