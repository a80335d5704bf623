package dev.statecraft.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rows of bfloat16, the upper half of a float32. */
public final class Bfloat16 {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  /** Exponent and fraction of a NaN, as bfloat16. */
  private static final int NAN = 0x7FFF;

  private Bfloat16() {}

  /** Widens the first {@code n} numbers; exact. */
  public static void widen(short[] source, float[] target, int n) {
    int i = 0;
    for (; i < FLOATS.loopBound(n); i += FLOATS.length()) {
      ShortVector narrow = ShortVector.fromArray(SHORTS, source, i);
      IntVector bits = (IntVector) narrow.convertShape(VectorOperators.S2I, INTS, 0);
      bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(target, i);
    }
    for (; i < n; i++) {
      target[i] = Float.intBitsToFloat(source[i] << 16);
    }
  }

  /**
   * Rounds the first {@code n} numbers to the nearest, ties to even. NaNs must be quiet, as
   * arithmetic leaves them.
   *
   * <p>What is added to round reaches the sign only from NaNs full of ones; these become NaNs
   * again. Without masks, which Java 17 has no registers for.
   */
  public static void narrow(float[] source, short[] target, int n) {
    int i = 0;
    for (; i < FLOATS.loopBound(n); i += FLOATS.length()) {
      IntVector bits = FloatVector.fromArray(FLOATS, source, i).reinterpretAsInts();
      IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      IntVector sum = bits.add(odd).add(0x7FFF);
      IntVector carried =
          sum.lanewise(VectorOperators.XOR, bits).lanewise(VectorOperators.ASHR, 31).and(NAN);
      IntVector result = sum.lanewise(VectorOperators.LSHR, 16).or(carried);
      ((ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(target, i);
    }
    for (; i < n; i++) {
      int bits = Float.floatToRawIntBits(source[i]);
      int sum = bits + ((bits >>> 16) & 1) + 0x7FFF;
      target[i] = (short) ((sum >>> 16) | (((sum ^ bits) >> 31) & NAN));
    }
  }
}
