package dev.statecraft.tensor;

import dev.statecraft.tensor.vector.RowMath;
import dev.statecraft.tensor.vector.VectorModule;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Kernels of our own, for what libtorch takes many passes over memory: a row is read once, computed
 * on in the processor's cache in float32 whatever its type, and written once.
 *
 * <p>They exist for float32 and bfloat16 on the CPU, in a JVM that was started with the vector
 * module: callers ask {@link #supports} and compose libtorch's operations otherwise. On the device
 * without memory they do nothing, so a dry run allocates what a real one does.
 */
public final class RowKernels {
  private RowKernels() {}

  /** Whether these kernels take a tensor's type on its device. */
  public static boolean supports(Tensor x) {
    return Support.PRESENT
        && x.torch().device() != Device.CUDA
        && (x.dtype() == DType.FLOAT32 || x.dtype() == DType.BFLOAT16);
  }

  /** Whether the JVM has the vector module. */
  static boolean areSupported() {
    return Support.PRESENT;
  }

  /** Looked up once: modules do not come or go while a JVM runs. */
  private static final class Support {
    static final boolean PRESENT = VectorModule.isPresent();
  }

  /** Whether there is nothing to compute: no memory, or no rows. */
  static boolean isEmpty(Tensor x) {
    return x.torch().device() == Device.META || x.elements() == 0;
  }

  // ---- SwiGLU ----

  /**
   * Gradients of {@code silu(gate) up}, all {@code [rows, features]}, from that of the output; may
   * be the same tensor as it.
   */
  public static void swiGluBackward(
      Tensor gateGradient, Tensor upGradient, Tensor upstream, Tensor gate, Tensor up) {
    if (isEmpty(upstream)) {
      return;
    }
    Rows upstreams = Rows.of(upstream);
    Rows gates = Rows.of(gate);
    Rows ups = Rows.of(up);
    Rows gateTargets = Rows.of(gateGradient);
    Rows upTargets = Rows.of(upGradient);
    share(
        upstream,
        gates,
        (from, to) -> {
          Rows.Cursor dy = upstreams.between(from, to);
          Rows.Cursor g = gates.between(from, to);
          Rows.Cursor u = ups.between(from, to);
          Rows.Cursor dg = gateTargets.between(from, to);
          Rows.Cursor du = upTargets.between(from, to);
          float[] y = new float[gates.width()];
          float[] a = new float[gates.width()];
          float[] b = new float[gates.width()];
          for (long row = from; row < to; row++) {
            dy.read(row, y);
            g.read(row, a);
            u.read(row, b);
            RowMath.swiGluBackward(y, a, b, y.length);
            dg.write(row, a);
            du.write(row, b);
          }
        });
  }

  // ---- RMS norm ----

  /**
   * {@code target = weight x r}, {@code r = 1 / sqrt(mean(x^2) + eps)} of each row; x {@code [rows,
   * hidden]}, weight {@code [hidden]}.
   */
  public static void rmsNorm(Tensor target, Tensor x, Tensor weight, double eps) {
    if (isEmpty(x)) {
      return;
    }
    Rows in = Rows.of(x);
    Rows out = Rows.of(target);
    float[] w = vector(weight);
    share(
        x,
        in,
        (from, to) -> {
          Rows.Cursor i = in.between(from, to);
          Rows.Cursor o = out.between(from, to);
          float[] a = new float[w.length];
          for (long row = from; row < to; row++) {
            i.read(row, a);
            RowMath.scaleByWeight(a, a, inverseRoot(a, eps), w, a.length);
            o.write(row, a);
          }
        });
  }

  /**
   * Gradient of {@link #rmsNorm}'s input, {@code r g - x r^3 mean(g x)} with {@code g = weight dy}.
   *
   * @param target written; may be the upstream itself
   * @param addend what is added to it, such as what the input's gradient is already
   */
  public static void rmsNormBackward(
      Tensor target,
      Tensor upstream,
      Tensor x,
      Tensor weight,
      double eps,
      Optional<Tensor> addend) {
    if (isEmpty(x)) {
      return;
    }
    Rows in = Rows.of(x);
    Rows upstreams = Rows.of(upstream);
    Rows out = Rows.of(target);
    Optional<Rows> addends = addend.map(Rows::of);
    float[] w = vector(weight);
    share(
        x,
        in,
        (from, to) -> {
          Optional<Rows.Cursor> add = addends.map(rows -> rows.between(from, to));
          Rows.Cursor i = in.between(from, to);
          Rows.Cursor dy = upstreams.between(from, to);
          Rows.Cursor o = out.between(from, to);
          float[] a = new float[w.length];
          float[] g = new float[w.length];
          for (long row = from; row < to; row++) {
            i.read(row, a);
            dy.read(row, g);
            float r = inverseRoot(a, eps);
            float c = RowMath.dot(g, a, w, w.length) / w.length * r * r * r;
            RowMath.rmsNormBackward(g, a, w, r, c, w.length);
            if (add.isPresent()) {
              add.get().read(row, a);
              RowMath.add(g, a, w.length);
            }
            o.write(row, g);
          }
        });
  }

  private static float inverseRoot(float[] x, double eps) {
    return (float) (1 / Math.sqrt(RowMath.sumOfSquares(x, x.length) / x.length + eps));
  }

  // ---- columns ----

  /**
   * {@code target = factor x}, column by column, and {@code sums = sum of x y} of each column: x
   * and y {@code [rows, columns]}, factor and sums float32 {@code [columns]}.
   *
   * @param target written; may be x itself
   */
  public static void scaleColumns(Tensor target, Tensor x, Tensor factor, Tensor y, Tensor sums) {
    if (sums.torch().device() == Device.META) {
      return;
    }
    sums.zero();
    if (x.elements() == 0) {
      return;
    }
    Rows in = Rows.of(x);
    Rows others = Rows.of(y);
    Rows out = Rows.of(target);
    float[] c = vector(factor);
    Map<Long, float[]> parts = new ConcurrentSkipListMap<>();
    share(
        x,
        in,
        (from, to) -> {
          Rows.Cursor i = in.between(from, to);
          Rows.Cursor other = others.between(from, to);
          Rows.Cursor o = out.between(from, to);
          float[] a = new float[c.length];
          float[] b = new float[c.length];
          float[] sum = new float[c.length];
          for (long row = from; row < to; row++) {
            i.read(row, a);
            other.read(row, b);
            RowMath.addProduct(sum, a, b, a.length);
            RowMath.multiply(a, a, c, a.length);
            o.write(row, a);
          }
          parts.put(from, sum);
        });
    float[] total = new float[c.length];
    parts.values().forEach(part -> RowMath.add(total, part, total.length));
    try (Tensor matrix = sums.view(1, sums.elements())) {
      Rows.of(matrix).between(0, 1).write(0, total);
    }
  }

  // ---- rotary positions ----

  /**
   * Turns every head of {@code x [tokens, heads * head_dim]} by its position; {@code table [tokens,
   * head_dim]} holds cosines, then sines.
   *
   * @param target written; may be x itself
   * @param direction 1, or -1 to turn back
   */
  public static void rotate(Tensor target, Tensor x, Tensor table, int direction) {
    if (isEmpty(x)) {
      return;
    }
    Rows in = Rows.of(x);
    Rows out = Rows.of(target);
    Rows angles = Rows.of(table);
    int half = angles.width() / 2;
    share(
        x,
        in,
        (from, to) -> {
          Rows.Cursor i = in.between(from, to);
          Rows.Cursor o = out.between(from, to);
          Rows.Cursor t = angles.between(from, to);
          float[] a = new float[in.width()];
          float[] cos = new float[2 * half];
          float[] sin = new float[half];
          for (long row = from; row < to; row++) {
            i.read(row, a);
            t.read(row, cos);
            System.arraycopy(cos, half, sin, 0, half);
            for (int head = 0; head < a.length; head += 2 * half) {
              RowMath.rotate(a, head, cos, sin, half, direction);
            }
            o.write(row, a);
          }
        });
  }

  // ---- cross entropy ----

  /**
   * Replaces logits by {@code scale (softmax(logits) - onehot(label))} of each row, and gives the
   * sum of {@code logsumexp(logits) - logits[label]}.
   *
   * @param logits {@code [rows, classes]}
   * @param labels one for each row, int64
   */
  public static double crossEntropyInPlace(Tensor logits, Tensor labels, double scale) {
    if (isEmpty(logits)) {
      return 0;
    }
    Rows rows = Rows.of(logits);
    long[] label = labels.toLongs();
    double[] losses = new double[label.length];
    share(
        logits,
        rows,
        (from, to) -> {
          Rows.Cursor cursor = rows.between(from, to);
          float[] z = new float[rows.width()];
          for (long row = from; row < to; row++) {
            int id = (int) label[(int) row];
            cursor.read(row, z);
            float max = RowMath.max(z, z.length);
            float labelled = z[id];
            float sum = RowMath.expAndSum(z, 1, max, z.length);
            losses[(int) row] = Math.log(sum) + max - labelled;
            RowMath.scale(z, (float) (scale / sum), z.length);
            z[id] -= (float) scale;
            cursor.write(row, z);
          }
        });
    double total = 0; // Added up in order, however the rows were shared.
    for (double loss : losses) {
      total += loss;
    }
    return total;
  }

  // ---- helpers ----

  private static void share(Tensor session, Rows rows, Workers.Part part) {
    session.torch().workers().share(rows.count(), rows.width(), part);
  }

  /** A parameter's numbers as float32. */
  private static float[] vector(Tensor vector) {
    try (Tensor matrix = vector.view(1, vector.elements())) {
      Rows rows = Rows.of(matrix);
      float[] values = new float[rows.width()];
      rows.between(0, 1).read(0, values);
      return values;
    }
  }
}
