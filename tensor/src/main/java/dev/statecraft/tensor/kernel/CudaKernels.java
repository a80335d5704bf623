package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Operation;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import org.bytedeco.pytorch.OperatorHandle;

/**
 * Kernels that libtorch has for CUDA alone, where a step of a small model takes as long as its
 * kernels take to be launched. {@link #supports} tells where; callers compose operations otherwise.
 */
final class CudaKernels {
  private CudaKernels() {}

  /** Whether these kernels take tensors like this one. */
  static boolean supports(Tensor x) {
    return x.torch().kernels() == Device.CUDA && x.dtype() != DType.FLOAT64;
  }

  /**
   * {@code weight x r}, {@code r = 1 / sqrt(mean(x^2) + eps)} of each row, in float32 and rounded
   * once; x {@code [rows, hidden]}, weight {@code [hidden]} in x's type.
   */
  static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
    if (x.handle().is_meta()) {
      return x.torch().empty(x.dtype(), x.shape());
    }
    try (Operation norm = normed(x, weight, eps)) {
      return Tensor.fresh(x.torch(), norm.result(0));
    }
  }

  /** Gradient of {@link #rmsNorm}'s input; r is computed again. */
  static Tensor rmsNormBackward(Tensor upstream, Tensor x, Tensor weight, double eps) {
    Torch session = x.torch();
    if (x.handle().is_meta()) {
      try (Tensor output = session.empty(x.dtype(), x.shape());
          Tensor inverse = session.empty(DType.FLOAT32, x.size(0), 1)) {
        return session.empty(x.dtype(), output.shape());
      }
    }
    try (Operation norm = normed(x, weight, eps);
        Tensor output = Tensor.fresh(session, norm.result(0));
        Tensor inverse = Tensor.fresh(session, norm.result(1));
        Operation backward =
            new Operation(RmsNorm.BACKWARD)
                .with(upstream)
                .with(x)
                .withNumbers(output.size(-1))
                .with(inverse)
                .with(weight)
                .withFlags(true, false)
                .run()) {
      return Tensor.fresh(session, backward.result(0));
    }
  }

  private static Operation normed(Tensor x, Tensor weight, double eps) {
    return new Operation(RmsNorm.FORWARD)
        .with(x)
        .withNumbers(x.size(-1))
        .with(weight)
        .with(eps)
        .run();
  }

  /** Found when first asked for. */
  private static final class RmsNorm {
    static final OperatorHandle FORWARD = Operation.find("aten::_fused_rms_norm", "");
    static final OperatorHandle BACKWARD = Operation.find("aten::_fused_rms_norm_backward", "");
  }
}
