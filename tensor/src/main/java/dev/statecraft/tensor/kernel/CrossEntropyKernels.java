package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;

/**
 * {@code loss = sum over rows of (logsumexp(z) - z[label])} and its gradient {@code softmax(z) -
 * onehot(label)} by rows, or composed a block of rows at a time.
 */
final class CrossEntropyKernels {
  /** Least elements widened at once: the float32 copy of a few rows stays in the cache. */
  private static final long BLOCK_ELEMENTS = 1L << 20;

  private CrossEntropyKernels() {}

  static void accumulate(
      Tensor logits, Tensor labels, double scale, boolean gradient, Tensor total) {
    if (gradient && Rows.supports(logits)) {
      double loss = RowKernels.crossEntropyInPlace(logits, labels, scale);
      total.addScalarInPlace(scale * loss);
      return;
    }
    long rows = logits.size(0);
    long elements = Math.max(BLOCK_ELEMENTS, logits.torch().piece());
    long block = Math.max(1, elements / logits.size(1));
    for (long start = 0; start < rows; start += block) {
      long count = Math.min(block, rows - start);
      try (Scope scope = logits.torch().scope()) {
        accumulateBlock(
            logits.narrow(0, start, count),
            labels.narrow(0, start, count).unsqueeze(1),
            scale,
            gradient,
            total);
      }
    }
  }

  private static void accumulateBlock(
      Tensor logits, Tensor labels, double scale, boolean gradient, Tensor total) {
    DType master = total.dtype();
    Torch torch = total.torch();
    Tensor wide = logits.as(master);
    Tensor max = wide.maxKeep(1);
    Tensor labelled = wide.gather(1, labels).subInPlace(max);
    Tensor sum = wide.subInPlace(max).expInPlace().sumKeep(1);
    if (gradient) {
      wide.mulInPlace(torch.full(master, scale, sum.shape()).divInPlace(sum));
      wide.scatterAddInPlace(1, labels, torch.full(master, -scale, sum.shape()));
      if (!wide.sharesStorageWith(logits)) {
        logits.copyFrom(wide);
      }
    }
    total.addInPlace(sum.logInPlace().subInPlace(labelled).sum(0), scale);
  }
}
