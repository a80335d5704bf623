package dev.statecraft.tensor;

import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Neural-network kernels of libtorch with their backwards. Tensors are read only, except a {@code
 * target}, which is written (and may be strided), and those that a method named {@code InPlace}
 * overwrites.
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

  // ---- layer norm ----

  /**
   * {@code (x - mean) / sqrt(variance + eps) * weight + bias} over the last dimension, with the
   * statistics in the master type.
   */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
    if (x.handle().is_meta()) {
      // libtorch has no layer norm for tensors without data; the result's shape is all there is.
      return x.torch().empty(x.dtype(), x.shape());
    }
    try (T_TensorTensorTensor_T all = nativeLayerNorm(x, weight, bias, eps)) {
      return copyOf(x, all.get0());
    }
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
      Tensor bias,
      double eps,
      boolean wantsInput,
      boolean wantsWeight,
      boolean wantsBias) {
    DType master = x.dtype().master();
    if ((wantsWeight || wantsBias) && x.dtype() != master) {
      // libtorch would add up the rows of these two in the narrow type.
      try (Tensor wideGradient = gradient.copyTo(master);
          Tensor wideX = x.copyTo(master)) {
        LayerNormGradients wide =
            layerNormBackward(
                wideGradient, wideX, weight, bias, eps, wantsInput, wantsWeight, wantsBias);
        return new LayerNormGradients(
            wide.input().map(input -> narrowed(input, x.dtype())), wide.weight(), wide.bias());
      }
    }
    if (x.handle().is_meta()) {
      Torch session = x.torch();
      return new LayerNormGradients(
          optional(wantsInput, () -> session.empty(x.dtype(), x.shape())),
          optional(wantsWeight, () -> session.empty(master, weight.shape())),
          optional(wantsBias, () -> session.empty(master, bias.shape())));
    }
    try (Tensor wideWeight = affine(x, weight);
        Tensor wideBias = affine(x, bias);
        TensorOptional scale = new TensorOptional(wideWeight.handle());
        TensorOptional shift = new TensorOptional(wideBias.handle());
        T_TensorTensorTensor_T statistics = nativeLayerNorm(x, weight, bias, eps);
        BoolPointer mask =
            new BoolPointer(3).put(0, wantsInput).put(1, wantsWeight).put(2, wantsBias);
        T_TensorTensorTensor_T all =
            torch.native_layer_norm_backward(
                gradient.handle(),
                x.handle(),
                new long[] {x.size(-1)},
                statistics.get1(),
                statistics.get2(),
                scale,
                shift,
                mask)) {
      return new LayerNormGradients(
          optional(wantsInput, () -> copyOf(x, all.get0())),
          optional(wantsWeight, () -> copyOf(x, all.get1())),
          optional(wantsBias, () -> copyOf(x, all.get2())));
    }
  }

  private static Tensor narrowed(Tensor wide, DType type) {
    try (wide) {
      return wide.copyTo(type);
    }
  }

  private static T_TensorTensorTensor_T nativeLayerNorm(
      Tensor x, Tensor weight, Tensor bias, double eps) {
    try (Tensor wideWeight = affine(x, weight);
        Tensor wideBias = affine(x, bias);
        TensorOptional scale = new TensorOptional(wideWeight.handle());
        TensorOptional shift = new TensorOptional(wideBias.handle())) {
      return torch.native_layer_norm(x.handle(), new long[] {x.size(-1)}, scale, shift, eps);
    }
  }

  /**
   * Weight or bias in the type that makes libtorch return statistics in the master type: on the CPU
   * they come in the weight's type, on CUDA always in the master type.
   */
  private static Tensor affine(Tensor x, Tensor parameter) {
    boolean cpu = x.torch().device() == Device.CPU;
    return parameter.as(cpu ? x.dtype().master() : x.dtype());
  }

  /** A handle of its own on one member of a native tuple. */
  private static Tensor copyOf(Tensor x, org.bytedeco.pytorch.Tensor member) {
    return Tensor.fresh(x.torch(), new org.bytedeco.pytorch.Tensor(member));
  }

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
    try (Tensor steps = values.torch().of(DType.FLOAT32, new double[] {step}, 1);
        Operation update = new Operation(FusedAdamW.OPERATOR)) {
      if (values.handle().is_meta() || values.elements() == 0) {
        return; // libtorch has no such kernel without data.
      }
      update
          .withTensors(values)
          .withTensors(gradients)
          .withTensors(first)
          .withTensors(second)
          .withTensors() // Largest second moments, which amsgrad alone has.
          .withTensors(steps)
          .with(constants.learningRate())
          .with(constants.beta1())
          .with(constants.beta2())
          .with(constants.weightDecay())
          .with(constants.epsilon())
          .with(false) // amsgrad
          .with(false) // maximize
          .without(2) // gradient scale, infinity found
          .run();
    }
  }

  private static final class FusedAdamW {
    static final OperatorHandle OPERATOR = Operation.find("aten::_fused_adamw_", "");
  }

  private static Optional<Tensor> optional(boolean wanted, Supplier<Tensor> tensor) {
    return wanted ? Optional.of(tensor.get()) : Optional.empty();
  }
}
