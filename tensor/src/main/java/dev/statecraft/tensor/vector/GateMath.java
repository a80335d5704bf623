package dev.statecraft.tensor.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gates of gated MLPs with GELU, of rows of float32: each one pass over the first {@code n}
 * numbers. With {@code z} the gate, f is {@code z Phi(z)} or its approximation by tanh.
 */
public final class GateMath {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  /** Of {@code z sigmoid(w)}, {@code w = 2 sqrt(2 / pi) (z + 0.044715 z^3)}: GELU's tanh form. */
  private static final float LINEAR = 1.5957691216f;

  private static final float CUBIC = LINEAR * 0.044715f;

  /** {@code e^-80} is nothing beside 1, and {@code e^80} can still be divided by. */
  private static final float LARGEST = 80f;

  /** Abramowitz and Stegun (1964), 7.1.26: erfc, to 1.5e-7. */
  private static final float ERF_P = 0.3275911f;

  private static final float ERF_1 = 0.254829592f;
  private static final float ERF_2 = -0.284496736f;
  private static final float ERF_3 = 1.421413741f;
  private static final float ERF_4 = -1.453152027f;
  private static final float ERF_5 = 1.061405429f;
  private static final float ROOT_HALF = 0.70710678f;

  /** {@code 1 / sqrt(2 pi)}. */
  private static final float DENSITY = 0.39894228f;

  private static final FloatVector ONE = vector(1f);
  private static final FloatVector HALF = vector(0.5f);
  private static final FloatVector MINUS_HALF = vector(-0.5f);
  private static final FloatVector P = vector(ERF_P * ROOT_HALF);
  private static final FloatVector A1 = vector(ERF_1);
  private static final FloatVector A2 = vector(ERF_2);
  private static final FloatVector A3 = vector(ERF_3);
  private static final FloatVector A4 = vector(ERF_4);
  private static final FloatVector A5 = vector(ERF_5);
  private static final FloatVector DENSITIES = vector(DENSITY);
  private static final IntVector SIGN = ints(Integer.MIN_VALUE);
  private static final IntVector LARGEST_SQUARE = ints(Float.floatToRawIntBits(2 * LARGEST));

  private GateMath() {}

  /** {@code gate = gelu(gate) up}, GELU by tanh. */
  public static void tanhGeGlu(float[] gate, float[] up, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector z = at(gate, i);
      FloatVector w = inner(z, z.mul(z));
      z.mul(VectorMath.sigmoid(w)).mul(at(up, i)).intoArray(gate, i);
    }
    for (; i < n; i++) {
      float z = gate[i];
      gate[i] = z * VectorMath.sigmoid(z * (LINEAR + CUBIC * z * z)) * up[i];
    }
  }

  /** Replaces gate and up by their gradients, GELU by tanh. */
  public static void tanhGeGluBackward(float[] dy, float[] gate, float[] up, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector z = at(gate, i);
      FloatVector square = z.mul(z);
      // 1 - s as e s: what is left of 1 would have lost its digits.
      FloatVector e = LeanExp.of(inner(z, square).neg());
      FloatVector s = vector(1f).div(e.add(1f));
      FloatVector g = at(dy, i).mul(s);
      FloatVector slope = square.fma(vector(3 * CUBIC), vector(LINEAR)).mul(z);
      slope = slope.mul(e.mul(s)).add(1f);
      g.mul(at(up, i)).mul(slope).intoArray(gate, i);
      g.mul(z).intoArray(up, i);
    }
    for (; i < n; i++) {
      float z = gate[i];
      float w = z * (LINEAR + CUBIC * z * z);
      float s = VectorMath.sigmoid(w);
      float slope = 1 + z * (LINEAR + 3 * CUBIC * z * z) * VectorMath.sigmoid(-w);
      gate[i] = dy[i] * s * up[i] * slope;
      up[i] = dy[i] * s * z;
    }
  }

  private static FloatVector inner(FloatVector z, FloatVector square) {
    FloatVector w = square.fma(vector(CUBIC), vector(LINEAR)).mul(z);
    return VectorMath.within(w, LARGEST);
  }

  /** {@code gate = gelu(gate) up}, GELU by erf. */
  public static void geGlu(float[] gate, float[] up, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector z = at(gate, i);
      z.mul(phi(z, bell(z))).mul(at(up, i)).intoArray(gate, i);
    }
    for (; i < n; i++) {
      float z = gate[i];
      gate[i] = z * phi(z, bell(z)) * up[i];
    }
  }

  /** Replaces gate and up by their gradients, GELU by erf: {@code f' = Phi(z) + z phi(z)}. */
  public static void geGluBackward(float[] dy, float[] gate, float[] up, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector z = at(gate, i);
      FloatVector bell = bell(z);
      FloatVector phi = phi(z, bell);
      FloatVector g = at(dy, i);
      FloatVector slope = bell.mul(DENSITIES).fma(z, phi);
      g.mul(at(up, i)).mul(slope).intoArray(gate, i);
      g.mul(z).mul(phi).intoArray(up, i);
    }
    for (; i < n; i++) {
      float z = gate[i];
      float bell = bell(z);
      float phi = phi(z, bell);
      gate[i] = dy[i] * up[i] * (phi + z * bell * DENSITY);
      up[i] = dy[i] * z * phi;
    }
  }

  /** {@code e^(-z^2 / 2)}. */
  private static FloatVector bell(FloatVector z) {
    // As integers, floats that are not negative are in order.
    IntVector square = z.mul(z).reinterpretAsInts().min(LARGEST_SQUARE);
    return LeanExp.of(square.reinterpretAsFloats().mul(MINUS_HALF));
  }

  private static float bell(float z) {
    return (float) Math.exp(-0.5 * z * z);
  }

  /** {@code Phi(z)}: {@code 1/2} and, by the sign of z, plus or minus {@code 1/2 - erfc / 2}. */
  private static FloatVector phi(FloatVector z, FloatVector bell) {
    FloatVector t = ONE.div(z.abs().fma(P, ONE));
    FloatVector p = t.fma(A5, A4).fma(t, A3).fma(t, A2).fma(t, A1).mul(t);
    FloatVector half = p.mul(bell).fma(MINUS_HALF, HALF);
    IntVector sign = z.reinterpretAsInts().and(SIGN);
    return sign.lanewise(VectorOperators.XOR, half.reinterpretAsInts())
        .reinterpretAsFloats()
        .add(HALF);
  }

  private static float phi(float z, float bell) {
    float t = 1 / (1 + ERF_P * ROOT_HALF * Math.abs(z));
    float p = t * (ERF_1 + t * (ERF_2 + t * (ERF_3 + t * (ERF_4 + t * ERF_5))));
    return 0.5f + Math.copySign(0.5f - 0.5f * p * bell, z);
  }

  private static IntVector ints(int value) {
    return IntVector.broadcast(F.withLanes(int.class), value);
  }

  private static FloatVector vector(float value) {
    return FloatVector.broadcast(F, value);
  }

  private static FloatVector at(float[] x, int i) {
    return FloatVector.fromArray(F, x, i);
  }
}
