package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Tensor;

/** Rotary positions by rows, or composed. */
final class RotaryKernels {
  private RotaryKernels() {}

  static void rotate(Tensor target, Tensor x, Tensor table, int direction) {
    if (Rows.supports(x)) {
      RowKernels.rotate(target, x, table, direction);
      return;
    }
    long headDim = table.size(1);
    // CUDA's operations take factors in float32 without a copy, and keep them so.
    Tensor typed = CudaKernels.supports(x) ? table : table.as(x.dtype());
    Tensor cosines = halves(typed, headDim).narrow(2, 0, 1);
    Tensor sines = halves(typed, headDim).select(2, 1);
    Tensor source = halves(target.sharesStorageWith(x) ? x.copy() : x, headDim);
    Tensor result = halves(target, headDim).setToProduct(source, cosines);
    result.select(2, 0).addcmulInPlace(source.select(2, 1), sines, -direction);
    result.select(2, 1).addcmulInPlace(source.select(2, 0), sines, direction);
  }

  /** Both halves of every head, {@code [tokens, heads, 2, head_dim / 2]}; a view. */
  private static Tensor halves(Tensor x, long headDim) {
    return x.view(x.size(0), x.size(1) / headDim, 2, headDim / 2);
  }
}
