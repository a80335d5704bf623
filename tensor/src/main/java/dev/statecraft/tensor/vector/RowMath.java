package dev.statecraft.tensor.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Functions of rows of float32, each one pass over the first {@code n} numbers. */
public final class RowMath {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = F.withLanes(int.class);

  private RowMath() {}

  // ---- sums ----

  public static float sumOfSquares(float[] x, int n) {
    return dot(x, x, n);
  }

  public static float dot(float[] a, float[] b, int n) {
    FloatVector sum = FloatVector.zero(F);
    FloatVector other = FloatVector.zero(F); // Two chains, since an addition takes four cycles.
    int i = 0;
    int step = F.length();
    for (; i <= n - 2 * step; i += 2 * step) {
      sum = at(a, i).fma(at(b, i), sum);
      other = at(a, i + step).fma(at(b, i + step), other);
    }
    float total = sum.add(other).reduceLanes(VectorOperators.ADD);
    for (; i < n; i++) {
      total = Math.fma(a[i], b[i], total);
    }
    return total;
  }

  /** {@code sum of a b c}. */
  public static float dot(float[] a, float[] b, float[] c, int n) {
    FloatVector sum = FloatVector.zero(F);
    FloatVector other = FloatVector.zero(F);
    int i = 0;
    int step = F.length();
    for (; i <= n - 2 * step; i += 2 * step) {
      sum = at(a, i).mul(at(b, i)).fma(at(c, i), sum);
      other = at(a, i + step).mul(at(b, i + step)).fma(at(c, i + step), other);
    }
    float total = sum.add(other).reduceLanes(VectorOperators.ADD);
    for (; i < n; i++) {
      total = Math.fma(a[i] * b[i], c[i], total);
    }
    return total;
  }

  /** The largest number; NaN if one is NaN or infinite. */
  public static float max(float[] x, int n) {
    FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector faults = FloatVector.zero(F); // 0 x is 0, or NaN for NaN and the infinities.
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector v = at(x, i);
      most = most.lanewise(VectorOperators.MAX, v);
      faults = v.fma(FloatVector.zero(F), faults);
    }
    float total = most.reduceLanes(VectorOperators.MAX);
    float fault = faults.reduceLanes(VectorOperators.ADD);
    for (; i < n; i++) {
      total = Math.max(total, x[i]);
      fault += 0 * x[i];
    }
    return total + fault;
  }

  // ---- elementwise ----

  /** {@code x = factor x}. */
  public static void scale(float[] x, float factor, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      at(x, i).mul(factor).intoArray(x, i);
    }
    for (; i < n; i++) {
      x[i] *= factor;
    }
  }

  /** {@code x = x + y}. */
  public static void add(float[] x, float[] y, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      at(x, i).add(at(y, i)).intoArray(x, i);
    }
    for (; i < n; i++) {
      x[i] += y[i];
    }
  }

  /** {@code sum = sum + a b}. */
  public static void addProduct(float[] sum, float[] a, float[] b, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      at(a, i).fma(at(b, i), at(sum, i)).intoArray(sum, i);
    }
    for (; i < n; i++) {
      sum[i] = Math.fma(a[i], b[i], sum[i]);
    }
  }

  /** {@code target = a b}; the target may be one of them. */
  public static void multiply(float[] target, float[] a, float[] b, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      at(a, i).mul(at(b, i)).intoArray(target, i);
    }
    for (; i < n; i++) {
      target[i] = a[i] * b[i];
    }
  }

  /**
   * Replaces scores by {@code softmax(scale x)}. Scores before {@code from} and from {@code end} on
   * become 0.
   *
   * @param scale above 0
   * @param end above {@code from}
   */
  public static void softmax(float[] x, float scale, int from, int end) {
    float shift = highest(x, from, end) * scale;
    int rest = vectors(x, end);
    // Others in the same vectors: so far below that they add nothing to a sum of 1 or more.
    float nothing = (shift - 100) / scale;
    Arrays.fill(x, 0, from, nothing);
    Arrays.fill(x, end, rest, nothing);
    scale(x, 1 / expAndSum(x, scale, shift, rest), end);
    Arrays.fill(x, 0, from, 0);
    Arrays.fill(x, end, x.length, 0);
  }

  /**
   * Replaces the gradient g of {@code y = softmax(scale x)} by x's, {@code scale y (g - sum(g y))}.
   *
   * @param from where y's numbers other than 0 begin; those of g before it become 0
   * @param end where they end; those of g behind it become 0
   */
  public static void softmaxBackward(float[] g, float[] y, float scale, int from, int end) {
    int rest = vectors(g, end);
    Arrays.fill(g, 0, from, 0);
    Arrays.fill(g, end, g.length, 0);
    float sum = dot(g, y, rest);
    int i = 0;
    for (; i < F.loopBound(rest); i += F.length()) {
      at(g, i).sub(sum).mul(at(y, i)).mul(scale).intoArray(g, i);
    }
    for (; i < rest; i++) {
      g[i] = (g[i] - sum) * y[i] * scale;
    }
  }

  /** The number of elements of the vectors that hold the first n, as far as the array goes. */
  private static int vectors(float[] x, int n) {
    return Math.min(x.length, (n + F.length() - 1) / F.length() * F.length());
  }

  /**
   * The largest number. A NaN is either the result or passed over.
   *
   * <p>By integers, which float32 numbers are in the order of once the magnitude bits of negative
   * ones are turned: the maximum of float vectors minds NaN and the sign of zero, which costs more.
   */
  private static float highest(float[] x, int from, int n) {
    IntVector most = IntVector.broadcast(INTS, Integer.MIN_VALUE);
    int i = from;
    for (; i <= n - F.length(); i += F.length()) {
      most = most.max(ordered(at(x, i).reinterpretAsInts()));
    }
    int highest = most.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      highest = Math.max(highest, ordered(Float.floatToRawIntBits(x[i])));
    }
    return Float.intBitsToFloat(ordered(highest));
  }

  private static IntVector ordered(IntVector bits) {
    return bits.lanewise(VectorOperators.ASHR, 31)
        .and(0x7FFFFFFF)
        .lanewise(VectorOperators.XOR, bits);
  }

  private static int ordered(int bits) {
    return (bits >> 31) & 0x7FFFFFFF ^ bits;
  }

  /** {@code x = exp(scale x - shift)}; returns the sum. */
  public static float expAndSum(float[] x, float scale, float shift, int n) {
    FloatVector sum = FloatVector.zero(F);
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector e = VectorMath.exp(at(x, i).mul(scale).sub(shift));
      e.intoArray(x, i);
      sum = sum.add(e);
    }
    float total = sum.reduceLanes(VectorOperators.ADD);
    for (; i < n; i++) {
      x[i] = (float) Math.exp(x[i] * scale - shift);
      total += x[i];
    }
    return total;
  }

  /**
   * Replaces x by {@code cap tanh(scale x / cap)}.
   *
   * @param cap above 0
   */
  public static void cap(float[] x, float scale, float cap, int n) {
    float inner = scale / cap;
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector z = at(x, i).mul(inner);
      VectorMath.tanh(z).mul(cap).intoArray(x, i);
    }
    for (; i < n; i++) {
      x[i] = cap * (float) Math.tanh(x[i] * inner);
    }
  }

  /** Writes the slopes of capped numbers, {@code 1 - (y / cap)^2}. */
  public static void capSlopes(float[] target, float[] y, float cap, int n) {
    float inverse = 1 / cap;
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector t = at(y, i).mul(inverse);
      t.mul(t).neg().add(1f).intoArray(target, i);
    }
    for (; i < n; i++) {
      float t = y[i] * inverse;
      target[i] = 1 - t * t;
    }
  }

  /** {@code gate = gate sigmoid(gate) up}. */
  public static void swiGlu(float[] gate, float[] up, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector z = at(gate, i);
      z.mul(VectorMath.sigmoid(z)).mul(at(up, i)).intoArray(gate, i);
    }
    for (; i < n; i++) {
      gate[i] *= VectorMath.sigmoid(gate[i]) * up[i];
    }
  }

  /**
   * With {@code s = sigmoid(gate)}, replaces gate by its gradient {@code dy up s (1 + gate (1 -
   * s))} and up by its gradient {@code dy gate s}.
   */
  public static void swiGluBackward(float[] dy, float[] gate, float[] up, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector z = at(gate, i);
      FloatVector s = VectorMath.sigmoid(z);
      FloatVector g = at(dy, i).mul(s);
      FloatVector slope = z.sub(z.mul(s)).add(1f);
      g.mul(at(up, i)).mul(slope).intoArray(gate, i);
      g.mul(z).intoArray(up, i);
    }
    for (; i < n; i++) {
      float z = gate[i];
      float s = VectorMath.sigmoid(z);
      gate[i] = dy[i] * s * up[i] * (1 + z * (1 - s));
      up[i] = dy[i] * s * z;
    }
  }

  /** {@code target = weight (x r)}; the target may be x. */
  public static void scaleByWeight(float[] target, float[] x, float r, float[] weight, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      at(x, i).mul(r).mul(at(weight, i)).intoArray(target, i);
    }
    for (; i < n; i++) {
      target[i] = weight[i] * (x[i] * r);
    }
  }

  /** {@code dy = r weight dy - c x}. */
  public static void rmsNormBackward(
      float[] dy, float[] x, float[] weight, float r, float c, int n) {
    int i = 0;
    for (; i < F.loopBound(n); i += F.length()) {
      FloatVector g = at(dy, i).mul(at(weight, i)).mul(r);
      at(x, i).mul(-c).add(g).intoArray(dy, i);
    }
    for (; i < n; i++) {
      dy[i] = r * weight[i] * dy[i] - c * x[i];
    }
  }

  /**
   * Turns pairs {@code (x[start + j], x[start + half + j])}, j below {@code half}, by the angles of
   * a table that holds {@code half} cosines, then their sines.
   */
  public static void rotate(float[] x, int start, float[] table, int half, float direction) {
    int j = 0;
    for (; j < F.loopBound(half); j += F.length()) {
      FloatVector first = at(x, start + j);
      FloatVector second = at(x, start + half + j);
      FloatVector c = at(table, j);
      FloatVector s = at(table, half + j).mul(direction);
      first.mul(c).sub(second.mul(s)).intoArray(x, start + j);
      second.mul(c).add(first.mul(s)).intoArray(x, start + half + j);
    }
    for (; j < half; j++) {
      float first = x[start + j];
      float second = x[start + half + j];
      float s = direction * table[half + j];
      x[start + j] = first * table[j] - second * s;
      x[start + half + j] = second * table[j] + first * s;
    }
  }

  private static FloatVector at(float[] x, int i) {
    return FloatVector.fromArray(F, x, i);
  }
}
