package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.vector.GateMath;
import dev.statecraft.tensor.vector.RowMath;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Kernels of our own, for what libtorch takes many passes over memory: a row is read once, computed
 * on in the processor's cache in float32 whatever its type, and written once.
 *
 * <p>They exist for float32 and bfloat16 on the CPU, in a JVM that was started with the vector
 * module: {@link Rows#supports} tells; callers compose libtorch's operations otherwise. On the
 * device without memory they do nothing, so a dry run allocates what a real one does.
 */
final class RowKernels {
  private RowKernels() {}

  // ---- gates ----

  /** What a gate and its gradients are, row by row. */
  enum Gate {
    SILU,
    GELU,
    GELU_TANH;

    private Product product() {
      return switch (this) {
        case SILU -> RowMath::swiGlu;
        case GELU -> GateMath::geGlu;
        case GELU_TANH -> GateMath::tanhGeGlu;
      };
    }

    private Gradients gradients() {
      return switch (this) {
        case SILU -> RowMath::swiGluBackward;
        case GELU -> GateMath::geGluBackward;
        case GELU_TANH -> GateMath::tanhGeGluBackward;
      };
    }
  }

  private interface Product {
    void apply(float[] gate, float[] up, int n);
  }

  private interface Gradients {
    void apply(float[] upstream, float[] gate, float[] up, int n);
  }

  /** {@code target = f(gate) up}, all {@code [rows, features]}. */
  static void gated(Gate kind, Tensor target, Tensor gate, Tensor up) {
    if (Rows.isEmpty(gate)) {
      return;
    }
    Product product = kind.product();
    new RowPass()
        .read(gate)
        .read(up)
        .write(0, target)
        .run(gate.torch(), (row, r) -> product.apply(r[0], r[1], r[0].length));
  }

  /**
   * Gradients of {@code f(gate) up}, all {@code [rows, features]}, from that of the output; may be
   * the same tensor as it.
   */
  static void gatedBackward(
      Gate kind, Tensor gateGradient, Tensor upGradient, Tensor upstream, Tensor gate, Tensor up) {
    if (Rows.isEmpty(upstream)) {
      return;
    }
    Gradients gradients = kind.gradients();
    new RowPass()
        .read(upstream)
        .read(gate)
        .read(up)
        .write(1, gateGradient)
        .write(2, upGradient)
        .run(upstream.torch(), (row, r) -> gradients.apply(r[0], r[1], r[2], r[0].length));
  }

  // ---- RMS norm ----

  /**
   * {@code target = weight x r}, {@code r = 1 / sqrt(mean(x^2) + eps)} of each row; x {@code [rows,
   * hidden]}, weight {@code [hidden]}.
   */
  static void rmsNorm(Tensor target, Tensor x, Tensor weight, double eps) {
    if (Rows.isEmpty(x)) {
      return;
    }
    float[] w = vector(weight);
    new RowPass()
        .read(x)
        .write(0, target)
        .run(
            x.torch(),
            (row, r) -> RowMath.scaleByWeight(r[0], r[0], inverseRoot(r[0], eps), w, w.length));
  }

  /**
   * Gradient of {@link #rmsNorm}'s input, {@code r g - x r^3 mean(g x)} with {@code g = weight dy}.
   *
   * @param target written; may be the upstream itself
   * @param addend what is added to it, such as what the input's gradient is already
   */
  static void rmsNormBackward(
      Tensor target,
      Tensor upstream,
      Tensor x,
      Tensor weight,
      double eps,
      Optional<Tensor> addend) {
    if (Rows.isEmpty(x)) {
      return;
    }
    float[] w = vector(weight);
    RowPass pass = new RowPass().read(upstream).read(x);
    addend.ifPresent(pass::read);
    pass.write(0, target)
        .run(
            x.torch(),
            (row, r) -> {
              float[] g = r[0];
              float inverse = inverseRoot(r[1], eps);
              float c = RowMath.dot(g, r[1], w, w.length) / w.length;
              RowMath.rmsNormBackward(
                  g, r[1], w, inverse, c * inverse * inverse * inverse, w.length);
              if (r.length > 2) {
                RowMath.add(g, r[2], w.length);
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
  static void scaleColumns(Tensor target, Tensor x, Tensor factor, Tensor y, Tensor sums) {
    if (sums.torch().device() == Device.META) {
      return;
    }
    sums.zero();
    if (x.elements() == 0) {
      return;
    }
    float[] c = vector(factor);
    Map<Long, float[]> parts = new ConcurrentSkipListMap<>();
    new RowPass()
        .read(x)
        .read(y)
        .write(0, target)
        .run(
            x.torch(),
            first -> {
              float[] sum = new float[c.length];
              parts.put(first, sum);
              return (row, r) -> {
                RowMath.addProduct(sum, r[0], r[1], c.length);
                RowMath.multiply(r[0], r[0], c, c.length);
              };
            });
    float[] total = new float[c.length];
    parts.values().forEach(part -> RowMath.add(total, part, total.length));
    try (Tensor matrix = sums.view(1, sums.elements())) {
      Rows.of(matrix).between(0, 1).write(0, total);
    }
  }

  // ---- rotary positions ----

  /**
   * Turns the first features of every head of {@code x [tokens, heads * head_dim]} by its position;
   * {@code table [tokens, turned features]} holds cosines, then sines.
   *
   * @param target written; may be x itself
   * @param direction 1, or -1 to turn back
   */
  static void rotate(Tensor target, Tensor x, Tensor table, int headDim, int direction) {
    if (Rows.isEmpty(x)) {
      return;
    }
    int half = Math.toIntExact(table.size(1) / 2);
    new RowPass()
        .read(x)
        .read(table)
        .write(0, target)
        .run(
            x.torch(),
            (row, r) -> {
              for (int head = 0; head < r[0].length; head += headDim) {
                RowMath.rotate(r[0], head, r[1], half, direction);
              }
            });
  }

  // ---- cross entropy ----

  /**
   * Replaces products by their gradient, that of scores z being {@code scale (softmax(z) -
   * onehot(label))} of each row, and gives the sum of {@code logsumexp(z) - z[label]}.
   *
   * @param products {@code [rows, classes]}
   * @param labels one for each row, int64
   * @param rule what scores are
   */
  static double crossEntropyInPlace(Tensor products, Tensor labels, CrossEntropyKernels rule) {
    if (Rows.isEmpty(products)) {
      return 0;
    }
    long[] label = labels.toLongs();
    double[] losses = new double[label.length];
    int classes = Math.toIntExact(products.size(1));
    float scale = (float) rule.scale();
    float factor = (float) rule.factor();
    float cap = (float) rule.cap();
    new RowPass()
        .read(products)
        .write(0, products)
        .run(
            products.torch(),
            first -> {
              float[] slopes = new float[cap == 0 ? 0 : classes];
              return (row, r) -> {
                float[] z = r[0];
                if (cap != 0) {
                  RowMath.cap(z, factor, cap, classes);
                  RowMath.capSlopes(slopes, z, cap, classes);
                } else if (factor != 1) {
                  RowMath.scale(z, factor, classes);
                }
                int id = (int) label[(int) row];
                float max = RowMath.max(z, classes);
                float labelled = z[id];
                float sum = RowMath.expAndSum(z, 1, max, classes);
                losses[(int) row] = Math.log(sum) + max - labelled;
                RowMath.scale(z, scale * factor / sum, classes);
                z[id] -= scale * factor;
                if (cap != 0) {
                  RowMath.multiply(z, z, slopes, classes);
                }
              };
            });
    double total = 0; // Added up in order, however the rows were shared.
    for (double loss : losses) {
      total += loss;
    }
    return total;
  }

  // ---- helpers ----

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
