package dev.statecraft.jinja;

import java.math.BigDecimal;

/** Python's arithmetic, with whole numbers of 64 bits. */
final class Numbers {
  /** From here on not every whole number is a double. */
  private static final double EXACT = 1L << 53;

  private Numbers() {}

  static boolean isNaN(Object number) {
    return number instanceof Double value && value.isNaN();
  }

  static int compare(Object a, Object b) {
    if (isWhole(a) && isWhole(b)) {
      return Long.compare(whole(a), whole(b));
    }
    boolean inexact = isWhole(a) != isWhole(b) && Math.abs(real(a)) >= EXACT;
    return inexact && Double.isFinite(real(a)) && Double.isFinite(real(b))
        ? exact(a).compareTo(exact(b))
        : Double.compare(real(a) + 0.0, real(b) + 0.0);
  }

  private static BigDecimal exact(Object number) {
    return isWhole(number) ? BigDecimal.valueOf(whole(number)) : new BigDecimal(real(number));
  }

  static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  static long whole(Object value) {
    return value instanceof Boolean truth ? (truth ? 1 : 0) : (Long) value;
  }

  static double real(Object value) {
    return value instanceof Double number ? number : whole(value);
  }

  static Object add(Object a, Object b) {
    return isWhole(a) && isWhole(b)
        ? (Object) Math.addExact(whole(a), whole(b))
        : (Object) (real(a) + real(b));
  }

  static Object subtract(Object a, Object b) {
    return isWhole(a) && isWhole(b)
        ? (Object) Math.subtractExact(whole(a), whole(b))
        : (Object) (real(a) - real(b));
  }

  static Object multiply(Object a, Object b) {
    return isWhole(a) && isWhole(b)
        ? (Object) Math.multiplyExact(whole(a), whole(b))
        : (Object) (real(a) * real(b));
  }

  static Object divide(Object a, Object b) {
    checkDivisor(b);
    return real(a) / real(b);
  }

  static Object floorDivide(Object a, Object b) {
    checkDivisor(b);
    if (isWhole(a) && isWhole(b)) {
      if (whole(a) == Long.MIN_VALUE && whole(b) == -1) {
        throw new ArithmeticException();
      }
      return Math.floorDiv(whole(a), whole(b));
    }
    // Not the floor of the quotient, which may be rounded up to the next whole number.
    double quotient = (real(a) - (Double) modulo(real(a), real(b))) / real(b);
    double floor = Math.floor(quotient);
    return quotient == 0
        ? Math.copySign(0.0, real(a) / real(b))
        : quotient - floor > 0.5 ? floor + 1 : floor;
  }

  static Object modulo(Object a, Object b) {
    checkDivisor(b);
    if (isWhole(a) && isWhole(b)) {
      return Math.floorMod(whole(a), whole(b));
    }
    double remainder = real(a) % real(b);
    if (remainder == 0) {
      return Math.copySign(0.0, real(b));
    }
    return (remainder < 0) != (real(b) < 0) ? remainder + real(b) : remainder;
  }

  static Object power(Object a, Object b) {
    if (!isWhole(a) || !isWhole(b) || whole(b) < 0) {
      return realPower(real(a), real(b));
    }
    long base = whole(a);
    long exponent = whole(b);
    if (base == 0 || base == 1 || base == -1) {
      return exponent == 0 ? 1L : base == -1 && exponent % 2 == 0 ? 1L : base;
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  private static double realPower(double base, double exponent) {
    if (base == 0 && exponent < 0) {
      throw new Fault("0.0 cannot be raised to a negative power");
    }
    double power = Math.pow(base, exponent);
    boolean finite = Double.isFinite(base) && Double.isFinite(exponent);
    if (finite && !Double.isFinite(power)) {
      throw new Fault(
          Double.isNaN(power)
              ? "'**': the result is no real number"
              : "'**': the result is too large for a number of 64 bits");
    }
    return power;
  }

  static Object negate(Object a) {
    return isWhole(a) ? (Object) Math.negateExact(whole(a)) : (Object) (-real(a));
  }

  private static void checkDivisor(Object divisor) {
    if (real(divisor) == 0) {
      throw new Fault("division by zero");
    }
  }
}
