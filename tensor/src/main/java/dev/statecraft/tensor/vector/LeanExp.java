package dev.statecraft.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorMath#exp} for functions that do much besides. Its vectors are constants: a broadcast
 * has so many nodes that HotSpot stops inlining in the middle of such functions, and a vector that
 * crosses a call becomes an object (GeGLU by erf took ten microseconds in place of three for 1,536
 * numbers). Where a function does little else, broadcasts are a quarter faster (SwiGLU).
 */
final class LeanExp {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int MAGIC = 0x4B400000;
  private static final FloatVector SHIFT = vector(12582912f);
  private static final FloatVector LOG2_E = vector(1.44269504f);
  private static final FloatVector MINUS_LN2_HIGH = vector(-0.693359375f);
  private static final FloatVector MINUS_LN2_LOW = vector(2.12194440e-4f);
  private static final FloatVector C6 = vector(1f / 720);
  private static final FloatVector C5 = vector(1f / 120);
  private static final FloatVector C4 = vector(1f / 24);
  private static final FloatVector C3 = vector(1f / 6);
  private static final FloatVector C2 = vector(0.5f);
  private static final FloatVector ONE = vector(1f);
  private static final IntVector LEAST = ints(MAGIC - 127);
  private static final IntVector MOST = ints(MAGIC + 128);

  private LeanExp() {}

  private static FloatVector vector(float value) {
    return FloatVector.broadcast(F, value);
  }

  private static IntVector ints(int value) {
    return IntVector.broadcast(F.withLanes(int.class), value);
  }

  static FloatVector of(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, SHIFT);
    FloatVector k = shifted.sub(SHIFT);
    FloatVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x));
    FloatVector p = C6.fma(r, C5).fma(r, C4).fma(r, C3).fma(r, C2).fma(r, ONE).fma(r, ONE);
    IntVector power = shifted.reinterpretAsInts().max(LEAST).min(MOST).sub(LEAST);
    return p.mul(power.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
  }
}
