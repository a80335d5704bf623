package dev.statecraft.tensor.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Values of codes of a few bits. */
public final class Codes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);

  /** As many bytes as there are floats in a vector, where there are such vectors of bytes. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

  private Codes() {}

  /** Whether a table of 16 ints fits one of this processor's vectors. */
  public static boolean looksUpSixteen() {
    return INTS.length() == 16;
  }

  /**
   * Looks up both halves of each byte in {@code levels} times {@code scale}, rounded to bfloat16:
   * the upper half's becomes the lower half of an int, so that it comes first in memory.
   *
   * @param levels 16 of them
   * @param from first of {@code count} bytes, and of the ints; count is a multiple of 16
   */
  public static void pairs(
      byte[] codes, int from, int count, float[] levels, float scale, int[] target) {
    IntVector bits = FloatVector.fromArray(FLOATS, levels, 0).mul(scale).reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector first = bits.add(odd).add(0x7FFF).lanewise(VectorOperators.LSHR, 16);
    IntVector second = first.lanewise(VectorOperators.LSHL, 16);
    for (int i = from; i < from + count; i += 16) {
      ByteVector bytes = ByteVector.fromArray(ByteVector.SPECIES_128, codes, i);
      IntVector wide = (IntVector) bytes.convertShape(VectorOperators.B2I, INTS, 0);
      IntVector high = wide.lanewise(VectorOperators.LSHR, 4).and(15);
      IntVector low = wide.and(15);
      first.rearrange(high.toShuffle()).or(second.rearrange(low.toShuffle())).intoArray(target, i);
    }
  }

  /** {@code target = codes factor step}, the first {@code n}. */
  public static void scale(byte[] codes, float factor, float step, float[] target, int n) {
    int i = 0;
    int limit = BYTES.length() == FLOATS.length() ? FLOATS.loopBound(n) : 0;
    for (; i < limit; i += FLOATS.length()) {
      ByteVector bytes = ByteVector.fromArray(BYTES, codes, i);
      FloatVector values = (FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0);
      values.mul(factor).mul(step).intoArray(target, i);
    }
    for (; i < n; i++) {
      target[i] = codes[i] * factor * step;
    }
  }

  /** {@code target = codes scale + zero}, each rounded, from {@code from} up to {@code end}. */
  public static void shift(
      byte[] codes, int from, int end, float scale, float zero, float[] target) {
    int i = from;
    int limit = BYTES.length() == FLOATS.length() ? from + FLOATS.loopBound(end - from) : from;
    for (; i < limit; i += FLOATS.length()) {
      ByteVector bytes = ByteVector.fromArray(BYTES, codes, i);
      FloatVector values = (FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0);
      values.mul(scale).add(zero).intoArray(target, i);
    }
    for (; i < end; i++) {
      target[i] = codes[i] * scale + zero;
    }
  }
}
