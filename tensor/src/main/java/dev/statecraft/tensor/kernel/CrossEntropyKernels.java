package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Optional;

/**
 * {@code loss = sum over rows of (logsumexp(z) - z[label])} and its gradient {@code softmax(z) -
 * onehot(label)} by rows, or composed a block of rows at a time. Scores z are {@code f x}, or
 * {@code c tanh(f x / c)}, of the products x that come.
 *
 * @param scale of loss and gradient
 * @param factor f
 * @param cap c; 0 for none
 */
record CrossEntropyKernels(double scale, double factor, double cap) {
  /** Least elements widened at once: the float32 copy of a few rows stays in the cache. */
  private static final long BLOCK_ELEMENTS = 1L << 20;

  void accumulate(Tensor products, Tensor labels, boolean gradient, Tensor total) {
    if (gradient && Rows.supports(products)) {
      double loss = RowKernels.crossEntropyInPlace(products, labels, this);
      total.addScalarInPlace(scale * loss);
      return;
    }
    long rows = products.size(0);
    long elements = Math.max(BLOCK_ELEMENTS, products.torch().piece());
    long block = Math.max(1, elements / products.size(1));
    for (long start = 0; start < rows; start += block) {
      long count = Math.min(block, rows - start);
      try (Scope scope = products.torch().scope()) {
        accumulateBlock(
            products.narrow(0, start, count),
            labels.narrow(0, start, count).unsqueeze(1),
            gradient,
            total);
      }
    }
  }

  private void accumulateBlock(Tensor products, Tensor labels, boolean gradient, Tensor total) {
    DType master = total.dtype();
    Torch torch = total.torch();
    Tensor wide = products.as(master);
    Optional<Tensor> slopes = score(wide, gradient);
    Tensor max = wide.maxKeep(1);
    Tensor labelled = wide.gather(1, labels).subInPlace(max);
    Tensor sum = wide.subInPlace(max).expInPlace().sumKeep(1);
    if (gradient) {
      wide.mulInPlace(torch.full(master, scale, sum.shape()).divInPlace(sum));
      wide.scatterAddInPlace(1, labels, torch.full(master, -scale, sum.shape()));
      slopes.ifPresent(tanh -> Kernels.tanhBackwardInto(wide, wide, tanh));
      if (factor != 1) {
        wide.mulInPlace(factor);
      }
      if (!wide.sharesStorageWith(products)) {
        products.copyFrom(wide);
      }
    }
    total.addInPlace(sum.logInPlace().subInPlace(labelled).sum(0), scale);
  }

  /** Turns products into scores; of capped ones gives the tanh, by which gradients go back. */
  private Optional<Tensor> score(Tensor products, boolean gradient) {
    if (cap == 0) {
      if (factor != 1) {
        products.mulInPlace(factor);
      }
      return Optional.empty();
    }
    Tensor tanh = products.mulInPlace(factor / cap).tanh();
    products.setToProduct(tanh, cap);
    return gradient ? Optional.of(tanh) : Optional.empty();
  }
}
