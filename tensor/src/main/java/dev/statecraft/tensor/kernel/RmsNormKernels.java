package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;

/** RMS norm by rows, by CUDA's kernels, or composed. */
final class RmsNormKernels {
  private RmsNormKernels() {}

  static Tensor forward(Tensor x, Tensor weight, double eps) {
    if (Rows.supports(x)) {
      Tensor normed = x.torch().empty(x.dtype(), x.shape());
      RowKernels.rmsNorm(normed, x, weight, eps);
      return normed;
    }
    if (isFused(x, weight)) {
      return CudaKernels.rmsNorm(x, weight, eps);
    }
    DType master = x.dtype().master();
    Tensor wide = x.as(master);
    Tensor inverse = inverseRoot(wide, eps);
    if (x.dtype() == master) {
      return x.mul(inverse).mulInPlace(weight);
    }
    return wide.mulInPlace(inverse).copyTo(x.dtype()).mulInPlace(weight);
  }

  static void inputGradient(
      Accumulator sum, Tensor upstream, boolean mayOverwrite, Tensor x, Tensor weight, double eps) {
    if (Rows.supports(x)) {
      Tensor gradient = mayOverwrite ? upstream : x.torch().empty(x.dtype(), x.shape());
      RowKernels.rmsNormBackward(gradient, upstream, x, weight, eps, sum.sum());
      sum.replace(gradient);
    } else if (isFused(x, weight)) {
      sum.add(CudaKernels.rmsNormBackward(upstream, x, weight, eps));
    } else {
      sum.add(composed(upstream, x, weight, eps));
    }
  }

  private static Tensor composed(Tensor upstream, Tensor x, Tensor weight, double eps) {
    DType master = x.dtype().master();
    Tensor wide = x.as(master);
    Tensor inverse = inverseRoot(wide, eps);
    Tensor wideUpstream = upstream.as(master);
    Tensor wideWeight = weight.as(master);
    Tensor coefficient;
    try (Tensor products = wideUpstream.mul(wide)) {
      coefficient = products.matmul(wideWeight.unsqueeze(1)).mulInPlace(1.0 / x.size(1));
    }
    coefficient.mulInPlace(inverse).mulInPlace(inverse).mulInPlace(inverse);
    return wideUpstream
        .mul(wideWeight)
        .mulInPlace(inverse)
        .addcmulInPlace(wide, coefficient, -1)
        .as(x.dtype());
  }

  static Tensor weightGradient(Tensor upstream, Tensor x, double eps) {
    DType master = x.dtype().master();
    Tensor wide = x.as(master);
    Tensor inverse = inverseRoot(wide, eps);
    try (Tensor products = upstream.as(master).mul(wide)) {
      return products.t().matmul(inverse).reshape(x.size(1));
    }
  }

  private static boolean isFused(Tensor x, Tensor weight) {
    return CudaKernels.supports(x) && weight.dtype() == x.dtype();
  }

  /** {@code r}, {@code [rows, 1]}. */
  private static Tensor inverseRoot(Tensor wide, double eps) {
    try (Tensor square = wide.square()) {
      return square.meanKeep(-1).addScalarInPlace(eps).rsqrtInPlace();
    }
  }
}
