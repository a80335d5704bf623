package dev.statecraft.tensor.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of float32 as codes of one byte and back: whole numbers (int8), or float8 with four exponent
 * and three fraction bits (e4m3: bias 7, from 2^-9 to 448, no infinity). Without blends and masks,
 * which cost more than the arithmetic. Numbers must be finite and, scaled, within the code's range.
 */
public final class RowCodes {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = F.withLanes(int.class);
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(F.vectorBitSize() / 4));

  private static final int MAGNITUDE = 0x7FFFFFFF;

  /** Adding 1.5 * 2^23 rounds to a whole number, ties to even, and leaves it in the low bits. */
  private static final float WHOLE = 12582912f;

  private static final int WHOLE_BITS = 0x4B400000;

  /** The exponent, as float32 has it, of float8's smallest normal numbers, 2^-6. */
  private static final int LEAST_EXPONENT = 121;

  /** Between the biases of float32 and float8. */
  private static final int BIAS = 120;

  /** The code of 448. */
  private static final int LARGEST = 0x7E;

  private static final int LEAST_NORMAL_BITS = LEAST_EXPONENT << 23;

  private RowCodes() {}

  /** The largest absolute value; infinite or NaN if one is. */
  public static float absMax(float[] x, int n) {
    // As integers, the magnitudes of floats are in order, with infinity and NaN above all others.
    IntVector most = IntVector.zero(INTS);
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      most = most.max(FloatVector.fromArray(F, x, i).reinterpretAsInts().and(MAGNITUDE));
    }
    int bits = most.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      bits = Math.max(bits, Float.floatToRawIntBits(x[i]) & MAGNITUDE);
    }
    return Float.intBitsToFloat(bits);
  }

  /** {@code codes = round(factor x)}, ties to even. */
  public static void toInt8(float[] x, float factor, byte[] codes, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector rounded = FloatVector.fromArray(F, x, i).mul(factor).add(WHOLE);
      store(rounded.reinterpretAsInts().sub(WHOLE_BITS), codes, i);
    }
    for (; i < n; i++) {
      codes[i] = (byte) (Float.floatToRawIntBits(x[i] * factor + WHOLE) - WHOLE_BITS);
    }
  }

  /** {@code x = scale codes}. */
  public static void fromInt8(byte[] codes, float scale, float[] x, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector whole = (FloatVector) load(codes, i).convert(VectorOperators.I2F, 0);
      whole.mul(scale).intoArray(x, i);
    }
    for (; i < n; i++) {
      x[i] = codes[i] * scale;
    }
  }

  /**
   * {@code codes = factor x} as float8, rounded to the nearest, ties to even; beyond 448 it is 448.
   *
   * <p>With 2^e the power of two at or below a number, but at least 2^-6, codes of its range lie
   * 2^(e-3) apart: adding 2^(e+20) rounds to a multiple of that and leaves it in the low bits.
   */
  public static void toFloat8(float[] x, float factor, byte[] codes, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      IntVector bits = FloatVector.fromArray(F, x, i).mul(factor).reinterpretAsInts();
      IntVector magnitude = bits.and(MAGNITUDE);
      IntVector exponent = magnitude.lanewise(VectorOperators.LSHR, 23).max(LEAST_EXPONENT);
      IntVector spacing = exponent.add(20).lanewise(VectorOperators.LSHL, 23);
      IntVector steps =
          magnitude
              .reinterpretAsFloats()
              .add(spacing.reinterpretAsFloats())
              .reinterpretAsInts()
              .sub(spacing);
      IntVector code =
          exponent.sub(LEAST_EXPONENT).lanewise(VectorOperators.LSHL, 3).add(steps).min(LARGEST);
      store(code.or(bits.lanewise(VectorOperators.LSHR, 24).and(0x80)), codes, i);
    }
    for (; i < n; i++) {
      codes[i] = float8(x[i] * factor);
    }
  }

  private static byte float8(float x) {
    int bits = Float.floatToRawIntBits(x);
    int magnitude = bits & MAGNITUDE;
    int exponent = Math.max(magnitude >>> 23, LEAST_EXPONENT);
    int spacing = (exponent + 20) << 23;
    float sum = Float.intBitsToFloat(magnitude) + Float.intBitsToFloat(spacing);
    int steps = Float.floatToRawIntBits(sum) - spacing;
    int code = Math.min(((exponent - LEAST_EXPONENT) << 3) + steps, LARGEST);
    return (byte) (code | ((bits >>> 24) & 0x80));
  }

  /**
   * {@code x = scale codes}, codes as float8.
   *
   * <p>Numbers below 2^-6 have no leading bit: they are made with one, at 2^-6, which is then
   * subtracted.
   */
  public static void fromFloat8(byte[] codes, float scale, float[] x, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      IntVector code = load(codes, i);
      IntVector magnitude = code.and(0x7F);
      // All ones where the code is below 8.
      IntVector small = magnitude.sub(8).lanewise(VectorOperators.ASHR, 31);
      FloatVector number =
          magnitude
              .lanewise(VectorOperators.LSHL, 20)
              .add(BIAS << 23)
              .sub(small.lanewise(VectorOperators.LSHL, 23))
              .reinterpretAsFloats();
      FloatVector value = number.sub(small.and(LEAST_NORMAL_BITS).reinterpretAsFloats());
      IntVector sign = code.and(0x80).lanewise(VectorOperators.LSHL, 24);
      value.reinterpretAsInts().or(sign).reinterpretAsFloats().mul(scale).intoArray(x, i);
    }
    for (; i < n; i++) {
      x[i] = float32(codes[i]) * scale;
    }
  }

  private static float float32(byte code) {
    int magnitude = code & 0x7F;
    int small = (magnitude - 8) >> 31;
    float number = Float.intBitsToFloat((magnitude << 20) + (BIAS << 23) - (small << 23));
    float value = number - Float.intBitsToFloat(small & LEAST_NORMAL_BITS);
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) | (code & 0x80) << 24);
  }

  private static IntVector load(byte[] codes, int i) {
    return (IntVector)
        ByteVector.fromArray(BYTES, codes, i).convertShape(VectorOperators.B2I, INTS, 0);
  }

  private static void store(IntVector values, byte[] codes, int i) {
    ((ByteVector) values.convertShape(VectorOperators.I2B, BYTES, 0)).intoArray(codes, i);
  }
}
