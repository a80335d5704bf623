package dev.statecraft.models.chat.jinja;

/** Python's arithmetic, with whole numbers of 64 bits. */
final class Numbers {
  private Numbers() {}

  static boolean isNaN(Object number) {
    return number instanceof Double value && value.isNaN();
  }

  static int compare(Object a, Object b) {
    return isWhole(a) && isWhole(b)
        ? Long.compare(whole(a), whole(b))
        : Double.compare(real(a) + 0.0, real(b) + 0.0);
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
    return isWhole(a) && isWhole(b)
        ? (Object) Math.floorDiv(whole(a), whole(b))
        : (Object) Math.floor(real(a) / real(b));
  }

  static Object modulo(Object a, Object b) {
    checkDivisor(b);
    if (isWhole(a) && isWhole(b)) {
      return Math.floorMod(whole(a), whole(b));
    }
    double remainder = real(a) % real(b);
    return remainder != 0 && (remainder < 0) != (real(b) < 0) ? remainder + real(b) : remainder;
  }

  static Object power(Object a, Object b) {
    if (!isWhole(a) || !isWhole(b) || whole(b) < 0) {
      return Math.pow(real(a), real(b));
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

  static Object negate(Object a) {
    return isWhole(a) ? (Object) Math.negateExact(whole(a)) : (Object) (-real(a));
  }

  private static void checkDivisor(Object divisor) {
    if (real(divisor) == 0) {
      throw new Fault("division by zero");
    }
  }
}
