package dev.statecraft.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rows of bfloat16, the upper half of a float32. */
public final class Bfloat16 {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  private static final int QUIET_NAN = 0x7FC0;

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

  /** Rounds the first {@code n} numbers to the nearest, ties to even. */
  public static void narrow(float[] source, short[] target, int n) {
    int i = 0;
    for (; i < FLOATS.loopBound(n); i += FLOATS.length()) {
      FloatVector wide = FloatVector.fromArray(FLOATS, source, i);
      IntVector bits = wide.reinterpretAsInts();
      IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      IntVector rounded = bits.add(odd).add(0x7FFF).lanewise(VectorOperators.LSHR, 16);
      VectorMask<Integer> nan = wide.test(VectorOperators.IS_NAN).cast(INTS);
      IntVector result = rounded.blend(QUIET_NAN, nan);
      ((ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(target, i);
    }
    for (; i < n; i++) {
      int bits = Float.floatToRawIntBits(source[i]);
      target[i] =
          (short)
              (Float.isNaN(source[i]) ? QUIET_NAN : (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
  }
}
