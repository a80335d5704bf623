package dev.statecraft.core.op;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;

/**
 * Softmax over the keys, in place, and its backward.
 *
 * @param throughFloat32 whether to round to float32, as transformers' eager LLaMA does in a float64
 *     model. To its last bit, a float32 sum depends on how many columns it runs over; transformers'
 *     run over the padded length, so the scores are padded here too
 * @param longest length of the longest sequence of the batch
 */
record AttentionSoftmax(boolean throughFloat32, long longest) {
  /** Turns scores {@code [b, n, m]} into probabilities. */
  Tensor forward(Tensor scores) {
    if (throughFloat32) {
      Tensor padded = padded(scores, Double.NEGATIVE_INFINITY);
      return scores.copyFrom(Kernels.softmaxInPlace(padded).narrow(2, 0, scores.size(2)));
    }
    return Kernels.softmaxInPlace(scores);
  }

  /** Turns the gradient of the probabilities into that of the scores. */
  void backward(Tensor gradient, Tensor probabilities) {
    if (throughFloat32) {
      Tensor g = padded(gradient, 0);
      Tensor p = padded(probabilities, 0);
      g.subInPlace(rowSums(g.mul(p))).mulInPlace(p);
      gradient.copyFrom(g.narrow(2, 0, gradient.size(2)));
    } else {
      Kernels.softmaxBackwardInPlace(gradient, probabilities);
    }
  }

  /**
   * Sums over the last dimension in the order of libtorch's softmax backward, but of rounded
   * products: this libtorch fuses multiplication and addition there, PyTorch's wheels do not. With
   * y = 1 the kernel's {@code y (g - sum(g y))} is minus the sum where g is zero: in a column put
   * behind.
   */
  private static Tensor rowSums(Tensor products) {
    long width = products.size(2);
    Tensor widened =
        products.torch().zeros(DType.FLOAT32, products.size(0), products.size(1), width + 1);
    widened.narrow(2, 0, width).copyFrom(products);
    Tensor ones = products.torch().full(DType.FLOAT32, 1, widened.shape());
    return Kernels.softmaxBackwardInPlace(widened, ones).narrow(2, width, 1).mul(-1);
  }

  private Tensor padded(Tensor values, double padding) {
    long width = Math.max(longest, values.size(2));
    Tensor result =
        values.torch().full(DType.FLOAT32, padding, values.size(0), values.size(1), width);
    result.narrow(2, 0, values.size(2)).copyFrom(values);
    return result;
  }
}
