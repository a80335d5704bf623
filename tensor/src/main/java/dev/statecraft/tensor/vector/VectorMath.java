package dev.statecraft.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Functions of one vector of float32. */
final class VectorMath {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  private VectorMath() {}

  static FloatVector sigmoid(FloatVector z) {
    return FloatVector.broadcast(F, 1f).div(exp(z.neg()).add(1f));
  }

  /**
   * {@code u / (u + 2)} with {@code u = e^2x - 1}, to some six units in the last place, near 0 too:
   * {@code u = 2^k (p(r) - 1) + (2^k - 1)} with the parts of {@link #exp}, k up to 60. 1 and -1
   * where x is beyond 9, which is also the largest whose parts are taken.
   */
  static FloatVector tanh(FloatVector x) {
    FloatVector twice = within(x, 9f).mul(2f);
    FloatVector shifted =
        twice.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, MAGIC));
    FloatVector k = shifted.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), twice);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(F, 1f / 720);
    p = p.fma(r, FloatVector.broadcast(F, 1f / 120));
    p = p.fma(r, FloatVector.broadcast(F, 1f / 24));
    p = p.fma(r, FloatVector.broadcast(F, 1f / 6));
    p = p.fma(r, FloatVector.broadcast(F, 0.5f));
    p = p.fma(r, FloatVector.broadcast(F, 1f)).mul(r);
    FloatVector power =
        shifted
            .reinterpretAsInts()
            .sub(MAGIC_BITS - 127)
            .lanewise(VectorOperators.LSHL, 23)
            .reinterpretAsFloats();
    FloatVector u = p.fma(power, power.sub(1f));
    // Adds 0, or NaN for NaN and the infinities, which lost it above.
    return x.fma(FloatVector.zero(F), u.div(u.add(2f)));
  }

  /** The nearest number of up to that magnitude; not NaN for NaN. By integers, as {@link #exp}. */
  static FloatVector within(FloatVector x, float magnitude) {
    IntVector bits = x.reinterpretAsInts();
    IntVector sign = bits.and(Integer.MIN_VALUE);
    return bits.and(Integer.MAX_VALUE)
        .min(Float.floatToRawIntBits(magnitude))
        .or(sign)
        .reinterpretAsFloats();
  }

  static float sigmoid(float z) {
    return (float) (1 / (1 + Math.exp(-z)));
  }

  /**
   * {@code e^x} to about two units in the last place: {@code 2^k p(r)} with {@code k = round(x log2
   * e)}, {@code r = x - k ln 2} in two parts, and p the Taylor polynomial of degree 6, {@code |r|
   * <= ln(2)/2}. 0 below -88.3, infinite above 89; NaN for NaN and for minus infinity. Without
   * blends, which cost as much as the polynomial.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, MAGIC));
    FloatVector k = shifted.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), x);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(F, 1f / 720);
    p = p.fma(r, FloatVector.broadcast(F, 1f / 120));
    p = p.fma(r, FloatVector.broadcast(F, 1f / 24));
    p = p.fma(r, FloatVector.broadcast(F, 1f / 6));
    p = p.fma(r, FloatVector.broadcast(F, 0.5f));
    p = p.fma(r, FloatVector.broadcast(F, 1f));
    p = p.fma(r, FloatVector.broadcast(F, 1f));
    // As integers, floats of one exponent are in order: k lies in the low bits of `shifted`.
    FloatVector power =
        shifted
            .reinterpretAsInts()
            .lanewise(VectorOperators.MAX, MAGIC_BITS - 127)
            .lanewise(VectorOperators.MIN, MAGIC_BITS + 128)
            .sub(MAGIC_BITS - 127)
            .lanewise(VectorOperators.LSHL, 23)
            .reinterpretAsFloats();
    return p.mul(power);
  }

  /** Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits. */
  private static final float MAGIC = 12582912f;

  private static final int MAGIC_BITS = 0x4B400000;
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
}
