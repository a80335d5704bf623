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

  private static final float[] SIXTEEN = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

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

  /**
   * The same for {@code code scale + zero}, with a scale and a zero for each group of bytes: all in
   * one method, since vectors that are passed on may become objects.
   *
   * @param from first byte, and first of the ints
   * @param width bytes of a group, a multiple of 16
   * @param group first of {@code count} scales and zeros
   */
  public static void pairs(
      byte[] codes,
      int from,
      int width,
      float[] scales,
      float[] zeros,
      int group,
      int count,
      int[] target) {
    FloatVector numbers = FloatVector.fromArray(FLOATS, SIXTEEN, 0);
    for (int g = 0; g < count; g++) {
      float scale = scales[group + g];
      float zero = zeros[group + g];
      IntVector bits = numbers.mul(scale).add(zero).reinterpretAsInts();
      IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      IntVector first = bits.add(odd).add(0x7FFF).lanewise(VectorOperators.LSHR, 16);
      IntVector second = first.lanewise(VectorOperators.LSHL, 16);
      for (int i = from + g * width; i < from + (g + 1) * width; i += 16) {
        ByteVector bytes = ByteVector.fromArray(ByteVector.SPECIES_128, codes, i);
        IntVector wide = (IntVector) bytes.convertShape(VectorOperators.B2I, INTS, 0);
        IntVector high = wide.lanewise(VectorOperators.LSHR, 4).and(15);
        IntVector low = wide.and(15);
        first
            .rearrange(high.toShuffle())
            .or(second.rearrange(low.toShuffle()))
            .intoArray(target, i);
      }
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

  /**
   * {@code target = codes scale + zero}, {@code n} of them, with a scale and a zero for each group
   * of {@code width}.
   *
   * @param group first of the scales and zeros
   * @param to first of the target
   */
  public static void shift(
      byte[] codes,
      int width,
      float[] scales,
      float[] zeros,
      int group,
      float[] target,
      int to,
      int n) {
    for (int g = group, begin = 0; begin < n; g++, begin += width) {
      int end = Math.min(n, begin + width);
      int limit = BYTES.length() == FLOATS.length() ? begin + FLOATS.loopBound(end - begin) : begin;
      int i = begin;
      for (; i < limit; i += FLOATS.length()) {
        ByteVector bytes = ByteVector.fromArray(BYTES, codes, i);
        FloatVector values = (FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0);
        values.mul(scales[g]).add(zeros[g]).intoArray(target, to + i);
      }
      for (; i < end; i++) {
        target[to + i] = codes[i] * scales[g] + zeros[g];
      }
    }
  }
}
