package dev.statecraft.studio.recipe;

import java.math.BigDecimal;

/** Numbers as people write them in recipes. */
public final class Numbers {
  private static final double SMALL = 1e-2;

  private Numbers() {}

  /** {@code 0.06}, {@code 2e-4}, {@code 16}. */
  public static String shown(double number) {
    BigDecimal exact = BigDecimal.valueOf(number).stripTrailingZeros();
    if (number == 0 || Math.abs(number) >= SMALL) {
      return exact.toPlainString();
    }
    int exponent = exact.precision() - exact.scale() - 1;
    return exact.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
  }
}
