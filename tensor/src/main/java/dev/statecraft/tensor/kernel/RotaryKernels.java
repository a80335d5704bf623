package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Tensor;

/** Rotary positions by rows, or composed. */
final class RotaryKernels {
  private RotaryKernels() {}

  static void rotate(Tensor target, Tensor x, Tensor table, int headDim, int direction) {
    if (Rows.supports(x)) {
      RowKernels.rotate(target, x, table, headDim, direction);
      return;
    }
    long turned = table.size(1);
    if (turned < headDim && !target.sharesStorageWith(x)) {
      part(target, headDim, turned, headDim).copyFrom(part(x, headDim, turned, headDim));
    }
    // CUDA's operations take factors in float32 without a copy, and keep them so.
    Tensor typed = CudaKernels.supports(x) ? table : table.as(x.dtype());
    Tensor cosines = halves(typed, turned, turned).narrow(2, 0, 1);
    Tensor sines = halves(typed, turned, turned).select(2, 1);
    Tensor held = halves(x, headDim, turned);
    Tensor source = target.sharesStorageWith(x) ? held.copy() : held;
    Tensor result = halves(target, headDim, turned).setToProduct(source, cosines);
    result.select(2, 0).addcmulInPlace(source.select(2, 1), sines, -direction);
    result.select(2, 1).addcmulInPlace(source.select(2, 0), sines, direction);
  }

  /**
   * Both halves of what is turned of every head, {@code [tokens, heads, 2, turned / 2]}; a view.
   */
  private static Tensor halves(Tensor x, long headDim, long turned) {
    return part(x, headDim, 0, turned).view(x.size(0), x.size(1) / headDim, 2, turned / 2);
  }

  /** Some features of every head, {@code [tokens, heads, features]}; a view. */
  private static Tensor part(Tensor x, long headDim, long from, long end) {
    return x.view(x.size(0), x.size(1) / headDim, headDim).narrow(2, from, end - from);
  }
}
