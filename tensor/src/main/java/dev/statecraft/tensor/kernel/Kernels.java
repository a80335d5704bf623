package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Operation;
import dev.statecraft.tensor.Tensor;
import java.util.Optional;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Neural-network kernels with their backwards. Each chooses by device and type: a kernel of our own
 * on the CPU, one that libtorch has on CUDA alone, or libtorch's operations one after the other;
 * callers need not know which.
 *
 * <p>Tensors are read only, except a {@code target}, which is written (and may be strided), and
 * those that a method named {@code InPlace} overwrites.
 */
public final class Kernels {
  private Kernels() {}

  // ---- activations ----

  /** {@code x sigmoid(x)}. */
  public static Tensor silu(Tensor x) {
    return Tensor.fresh(x.torch(), torch.silu(x.handle()));
  }

  /** {@link #silu} into {@code target}. */
  public static void siluInto(Tensor target, Tensor x) {
    torch.silu_out(target.handle(), x.handle());
  }

  /** Gradient of {@link #silu} with respect to {@code x}. */
  public static Tensor siluBackward(Tensor gradient, Tensor x) {
    return Tensor.fresh(x.torch(), torch.silu_backward(gradient.handle(), x.handle()));
  }

  /** {@link #siluBackward} into {@code target}, which may be {@code gradient}. */
  public static void siluBackwardInto(Tensor target, Tensor gradient, Tensor x) {
    torch.silu_backward_out(target.handle(), gradient.handle(), x.handle());
  }

  /** {@code x Phi(x)}, by erf, or by tanh (GELU's approximation) if asked. */
  public static Tensor gelu(Tensor x, boolean tanh) {
    return Tensor.fresh(x.torch(), torch.gelu(x.handle(), approximation(tanh)));
  }

  /** Gradient of {@link #gelu} with respect to {@code x}. */
  public static Tensor geluBackward(Tensor gradient, Tensor x, boolean tanh) {
    return Tensor.fresh(
        x.torch(), torch.gelu_backward(gradient.handle(), x.handle(), approximation(tanh)));
  }

  /** {@link #geluBackward} into {@code target}, which may be {@code gradient}. */
  public static void geluBackwardInto(Tensor target, Tensor gradient, Tensor x, boolean tanh) {
    torch.gelu_backward_out(target.handle(), gradient.handle(), x.handle(), approximation(tanh));
  }

  private static String approximation(boolean tanh) {
    return tanh ? "tanh" : "none";
  }

  public static Tensor relu(Tensor x) {
    // Not torch.relu, which has no kernel for tensors without data.
    try (Scalar zero = new Scalar(0.0)) {
      return Tensor.fresh(x.torch(), torch.clamp_min(x.handle(), zero));
    }
  }

  /**
   * Gradient of {@link #relu} with respect to {@code x} (0 at 0) into {@code target}, which may be
   * {@code gradient}.
   */
  public static void reluBackwardInto(Tensor target, Tensor gradient, Tensor x) {
    try (Scalar zero = new Scalar(0.0)) {
      torch.threshold_backward_out(target.handle(), gradient.handle(), x.handle(), zero);
    }
  }

  /**
   * Gradient of tanh, from its output {@code y}, into {@code target}, which may be {@code
   * gradient}.
   */
  public static void tanhBackwardInto(Tensor target, Tensor gradient, Tensor y) {
    torch.tanh_backward_out(target.handle(), gradient.handle(), y.handle());
  }

  /**
   * Gradient of the sigmoid, from its output {@code y}, into {@code target}, which may be {@code
   * gradient}.
   */
  public static void sigmoidBackwardInto(Tensor target, Tensor gradient, Tensor y) {
    torch.sigmoid_backward_out(target.handle(), gradient.handle(), y.handle());
  }

  // ---- softmax ----

  /** Softmax over the last dimension. */
  public static Tensor softmax(Tensor x) {
    return Tensor.fresh(x.torch(), x.handle().softmax(-1));
  }

  /** Replaces {@code x} by its softmax over the last dimension; sums are in the master type. */
  public static Tensor softmaxInPlace(Tensor x) {
    try (ScalarTypeOptional same = new ScalarTypeOptional()) {
      torch.softmax_out(x.handle(), x.handle(), -1, same);
    }
    return x;
  }

  /**
   * Replaces {@code gradient}, which arrives at a softmax over the last dimension, by the gradient
   * of its input: {@code y (g - sum(g y))} with {@code y} the softmax's {@code output}; the sum is
   * in the master type.
   */
  public static Tensor softmaxBackwardInPlace(Tensor gradient, Tensor output) {
    try (Operation backward = new Operation(SoftmaxBackward.OPERATOR)) {
      backward
          .with(gradient)
          .with(output)
          .with(-1L)
          .with((long) gradient.dtype().scalarType().value)
          .with(gradient)
          .run();
    }
    return gradient;
  }

  /** Found once; the Java class of libtorch has no method for operators that start with "_". */
  private static final class SoftmaxBackward {
    static final OperatorHandle OPERATOR = Operation.find("aten::_softmax_backward_data", "out");
  }

  /** Log-softmax over the last dimension. */
  public static Tensor logSoftmax(Tensor x) {
    return Tensor.fresh(x.torch(), x.handle().log_softmax(-1));
  }

  // ---- norms ----

  /**
   * {@code weight x r} with {@code r = 1 / sqrt(mean(x^2) + eps)} of each row; x {@code [rows,
   * hidden]}, weight {@code [hidden]}. r is computed in the master type, {@code x r} is rounded to
   * x's type where the kernel rounds in between.
   */
  public static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
    return RmsNormKernels.forward(x, weight, eps);
  }

  /**
   * Gives the gradient of {@link #rmsNorm}'s input, {@code r g - x r^3 mean(g x)} with {@code g =
   * weight dy}.
   *
   * @param mayOverwrite whether the upstream may be written over
   */
  public static void rmsNormInputGradient(
      Accumulator gradient,
      Tensor upstream,
      boolean mayOverwrite,
      Tensor x,
      Tensor weight,
      double eps) {
    RmsNormKernels.inputGradient(gradient, upstream, mayOverwrite, x, weight, eps);
  }

  /** Gradient of {@link #rmsNorm}'s weight, {@code sum over rows of dy x r}, in the master type. */
  public static Tensor rmsNormWeightGradient(Tensor upstream, Tensor x, double eps) {
    return RmsNormKernels.weightGradient(upstream, x, eps);
  }

  /**
   * {@code (x - mean) / sqrt(variance + eps) * weight + bias} over the last dimension, with the
   * statistics in the master type.
   */
  public static Tensor layerNorm(Tensor x, Tensor weight, Optional<Tensor> bias, double eps) {
    return LayerNormKernels.forward(x, weight, bias, eps);
  }

  /**
   * Gradients of {@link #layerNorm}; the statistics are computed again from {@code x}.
   *
   * @param input of {@code x}, in its type
   * @param weight of the weight, in the master type
   * @param bias of the bias, in the master type
   */
  public record LayerNormGradients(
      Optional<Tensor> input, Optional<Tensor> weight, Optional<Tensor> bias) {}

  /** Those gradients of {@link #layerNorm} that are wanted. */
  public static LayerNormGradients layerNormBackward(
      Tensor gradient,
      Tensor x,
      Tensor weight,
      Optional<Tensor> bias,
      double eps,
      boolean wantsInput,
      boolean wantsWeight,
      boolean wantsBias) {
    return LayerNormKernels.backward(
        gradient, x, weight, bias, eps, wantsInput, wantsWeight, wantsBias);
  }

  // ---- gates and positions ----

  /** {@code target = silu(gate) up}, all {@code [rows, features]}. */
  public static void swiGlu(Tensor target, Tensor gate, Tensor up) {
    GateKernels.swiGlu(target, gate, up);
  }

  /** Both gradients of {@link #swiGlu} from that of its output, each into memory of its own. */
  public static void swiGluBackward(
      Tensor gateGradient, Tensor upGradient, Tensor upstream, Tensor gate, Tensor up) {
    GateKernels.swiGluBackward(gateGradient, upGradient, upstream, gate, up);
  }

  /** Gradient of {@link #swiGlu}'s gate alone. */
  public static void swiGluGateBackward(Tensor target, Tensor upstream, Tensor gate, Tensor up) {
    GateKernels.swiGluGateBackward(target, upstream, gate, up);
  }

  /** Gradient of {@link #swiGlu}'s other factor alone. */
  public static void swiGluUpBackward(Tensor target, Tensor upstream, Tensor gate) {
    GateKernels.swiGluUpBackward(target, upstream, gate);
  }

  /** {@code target = gelu(gate) up}, all {@code [rows, features]}; GELU as {@link #gelu}'s. */
  public static void geGlu(Tensor target, Tensor gate, Tensor up, boolean tanh) {
    GateKernels.geGlu(target, gate, up, tanh);
  }

  /** Both gradients of {@link #geGlu} from that of its output, each into memory of its own. */
  public static void geGluBackward(
      Tensor gateGradient,
      Tensor upGradient,
      Tensor upstream,
      Tensor gate,
      Tensor up,
      boolean tanh) {
    GateKernels.geGluBackward(gateGradient, upGradient, upstream, gate, up, tanh);
  }

  /**
   * Turns the first features of every head of {@code x [tokens, heads * head_dim]} by its position;
   * {@code table [tokens, turned features]} holds cosines, then sines, in the master type.
   *
   * @param target written; may be x itself
   * @param direction 1, or -1 to turn back
   */
  public static void rotate(Tensor target, Tensor x, Tensor table, int headDim, int direction) {
    RotaryKernels.rotate(target, x, table, headDim, direction);
  }

  /**
   * Writes {@code target = factor x}, column by column.
   *
   * @param target written; may be x itself
   * @param x {@code [rows, columns]}
   * @param factor {@code [columns]}, in the master type
   * @param y as x
   * @return {@code sum of x y} of each column, in the master type
   */
  public static Tensor scaleColumns(Tensor target, Tensor x, Tensor factor, Tensor y) {
    if (Rows.supports(x)) {
      Tensor sums = x.torch().empty(factor.dtype(), factor.shape());
      RowKernels.scaleColumns(target, x, factor, y, sums);
      return sums;
    }
    Tensor sums;
    try (Tensor product = y.mul(x)) {
      sums = product.sum(0, factor.dtype());
    }
    target.setToProduct(x, factor.as(x.dtype()));
    return sums;
  }

  // ---- cross entropy ----

  /**
   * Adds {@code scale} times the sum over rows of {@code logsumexp(z) - z[label]} to a total, in
   * the master type whatever the logits' type. The logits are overwritten: by {@code scale
   * (softmax(z) - onehot(label))} if their gradient is wanted.
   *
   * @param logits {@code [rows, classes]}, row-major
   * @param labels int64 {@code [rows]}, each in {@code [0, classes)}
   * @param total {@code [1]}, in the logits' master type
   */
  public static void crossEntropyInPlace(
      Tensor logits, Tensor labels, double scale, boolean gradient, Tensor total) {
    crossEntropyInPlace(logits, labels, scale, gradient, total, 1, 0);
  }

  /**
   * The same of scores that are made of products with a table: {@code z = f x}, or with a cap
   * {@code z = c tanh(f x / c)}; the gradient is that of the products x.
   *
   * @param products x, overwritten
   * @param factor f
   * @param cap c; 0 for none
   */
  public static void crossEntropyInPlace(
      Tensor products,
      Tensor labels,
      double scale,
      boolean gradient,
      Tensor total,
      double factor,
      double cap) {
    new CrossEntropyKernels(scale, factor, cap).accumulate(products, labels, gradient, total);
  }

  // ---- attention ----

  /**
   * Kernels that take these sequences whole, if there are any for them; products of batches of
   * sequences do it otherwise.
   *
   * @param queries rows in the type to compute in
   * @param offsets first token of each sequence, then the number of tokens
   * @param hasValues whether the values are there to be read
   */
  public static Optional<SequenceAttention> attention(
      Tensor queries, int[] offsets, HeadShape heads, AttentionRule rule, boolean hasValues) {
    if (hasValues && !rule.isCapped() && FlashAttention.supports(queries, heads.headDim())) {
      return Optional.of(new FlashAttention(queries.torch(), offsets, heads.headDim(), rule));
    }
    return BlockedAttention.isFaster(queries, offsets)
        ? Optional.of(
            new BlockedAttention(
                queries.torch(),
                offsets,
                heads.keyValueHeads(),
                heads.group(),
                heads.headDim(),
                rule))
        : Optional.empty();
  }

  /**
   * Heads of an attention.
   *
   * @param keyValueHeads heads of keys and values
   * @param group query heads for each of them
   * @param headDim features of one head
   */
  public record HeadShape(int keyValueHeads, int group, int headDim) {}

  // ---- optimizer ----

  /** Constants of {@link #adamW}. */
  public record AdamWConstants(
      double learningRate, double beta1, double beta2, double weightDecay, double epsilon) {}

  /**
   * One step of AdamW in one pass and in place: torch.optim.AdamW's fused kernel.
   *
   * @param values changed
   * @param gradients of the values
   * @param first moment, changed
   * @param second moment, changed
   * @param step number of this step, from 1
   */
  public static void adamW(
      Tensor values,
      Tensor gradients,
      Tensor first,
      Tensor second,
      long step,
      AdamWConstants constants) {
    FusedAdamW.step(values, gradients, first, second, step, constants);
  }
}
