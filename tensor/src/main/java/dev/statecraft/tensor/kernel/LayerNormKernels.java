package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** libtorch's layer norm, with the statistics in the master type. */
final class LayerNormKernels {
  private LayerNormKernels() {}

  /**
   * {@code (x - mean) / sqrt(variance + eps) * weight + bias} over the last dimension, with the
   * statistics in the master type.
   */
  static Tensor forward(Tensor x, Tensor weight, Optional<Tensor> bias, double eps) {
    if (x.handle().is_meta()) {
      // libtorch has no layer norm for tensors without data; the result's shape is all there is.
      return x.torch().empty(x.dtype(), x.shape());
    }
    try (T_TensorTensorTensor_T all = nativeLayerNorm(x, weight, bias, eps)) {
      return copyOf(x, all.get0());
    }
  }

  /** Those gradients of {@link #forward} that are wanted. */
  static Kernels.LayerNormGradients backward(
      Tensor gradient,
      Tensor x,
      Tensor weight,
      Optional<Tensor> bias,
      double eps,
      boolean wantsInput,
      boolean wantsWeight,
      boolean wantsBias) {
    DType master = x.dtype().master();
    if ((wantsWeight || wantsBias) && x.dtype() != master) {
      // libtorch would add up the rows of these two in the narrow type.
      try (Tensor wideGradient = gradient.copyTo(master);
          Tensor wideX = x.copyTo(master)) {
        Kernels.LayerNormGradients wide =
            backward(wideGradient, wideX, weight, bias, eps, wantsInput, wantsWeight, wantsBias);
        return new Kernels.LayerNormGradients(
            wide.input().map(input -> narrowed(input, x.dtype())), wide.weight(), wide.bias());
      }
    }
    if (x.handle().is_meta()) {
      Torch session = x.torch();
      return new Kernels.LayerNormGradients(
          optional(wantsInput, () -> session.empty(x.dtype(), x.shape())),
          optional(wantsWeight, () -> session.empty(master, weight.shape())),
          optional(wantsBias, () -> session.empty(master, weight.shape())));
    }
    try (Tensor wideWeight = affine(x, weight);
        TensorOptional scale = new TensorOptional(wideWeight.handle());
        Shift shift = Shift.of(x, bias);
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
                shift.handle,
                mask)) {
      return new Kernels.LayerNormGradients(
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
      Tensor x, Tensor weight, Optional<Tensor> bias, double eps) {
    try (Tensor wideWeight = affine(x, weight);
        TensorOptional scale = new TensorOptional(wideWeight.handle());
        Shift shift = Shift.of(x, bias)) {
      return torch.native_layer_norm(x.handle(), new long[] {x.size(-1)}, scale, shift.handle, eps);
    }
  }

  /** A bias as libtorch takes it: with its tensor while that is read, or none. */
  private record Shift(Optional<Tensor> wide, TensorOptional handle) implements AutoCloseable {
    static Shift of(Tensor x, Optional<Tensor> bias) {
      Optional<Tensor> wide = bias.map(tensor -> affine(x, tensor));
      return new Shift(
          wide,
          wide.map(tensor -> new TensorOptional(tensor.handle())).orElseGet(TensorOptional::new));
    }

    @Override
    public void close() {
      handle.close();
      wide.ifPresent(Tensor::close);
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

  private static Optional<Tensor> optional(boolean wanted, Supplier<Tensor> tensor) {
    return wanted ? Optional.of(tensor.get()) : Optional.empty();
  }
}
