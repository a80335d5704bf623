package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.Tensor;
import org.bytedeco.pytorch.Scalar;

/** What rows are scaled by before they are quantized. */
final class Magnitudes {
  /** Rows whose magnitudes are all below this count as zeros: 127 over it is still a float32. */
  private static final double LEAST = 1e-30;

  private Magnitudes() {}

  /** The largest magnitude of each row, {@code [rows, 1]}. */
  static Tensor largest(Tensor rows) {
    try (Tensor magnitudes = Tensor.fresh(rows.torch(), rows.handle().abs())) {
      return magnitudes.maxKeep(1);
    }
  }

  /** {@code factor / largest}, with which a row of zeros stays zeros. */
  static Tensor inverse(Tensor largest, double factor) {
    try (Scalar least = new Scalar(LEAST);
        Scalar numerator = new Scalar(factor)) {
      Tensor result = Tensor.fresh(largest.torch(), largest.handle().clamp_min(least));
      result.handle().reciprocal_().mul_(numerator);
      return result;
    }
  }
}
