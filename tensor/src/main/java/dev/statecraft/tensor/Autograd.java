package dev.statecraft.tensor;

import java.util.List;
import java.util.function.Function;

/**
 * Libtorch's own tape, for functions that come without a backward: a user's control function, and
 * the oracle of the tests.
 */
public final class Autograd {
  private Autograd() {}

  /**
   * The vector-Jacobian product of {@code function} at {@code inputs}: the gradient of {@code
   * <upstream, function(inputs)>} with respect to each input.
   *
   * @param function computes one tensor from the inputs it is given, with operations that are not
   *     in place
   * @param upstream gradient arriving at the function's result, of its shape
   * @return one gradient for each input, in order; zeros for an input the result does not depend on
   */
  public static List<Tensor> vjp(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs, Tensor upstream) {
    Torch torch = upstream.torch();
    boolean taped = torch.tape(true);
    try {
      return tapedVjp(torch, function, inputs, upstream);
    } finally {
      torch.tape(taped);
    }
  }

  private static List<Tensor> tapedVjp(
      Torch torch, Function<List<Tensor>, Tensor> function, List<Tensor> inputs, Tensor upstream) {
    List<Tensor> gradients;
    try (Scope scope = torch.scope()) {
      List<Tensor> leaves = inputs.stream().map(Autograd::leaf).toList();
      Tensor result = function.apply(leaves);
      if (!java.util.Arrays.equals(result.shape(), upstream.shape())) {
        throw new IllegalArgumentException(
            "the function's result: expected the upstream gradient's shape "
                + upstream
                + ", found "
                + result);
      }
      Tensor objective = result.mul(upstream);
      try (org.bytedeco.pytorch.Tensor total = objective.handle().sum()) {
        if (total.requires_grad()) {
          total.backward();
        }
      }
      gradients = leaves.stream().map(Autograd::takeGradient).toList();
    }
    return gradients;
  }

  private static Tensor leaf(Tensor input) {
    Tensor leaf = input.copy();
    leaf.handle().requires_grad_(true);
    return leaf;
  }

  private static Tensor takeGradient(Tensor leaf) {
    try (org.bytedeco.pytorch.Tensor gradient = leaf.handle().grad()) {
      Tensor result = leaf.torch().zeros(leaf.dtype(), leaf.shape()).escape();
      if (gradient.defined()) {
        result.handle().copy_(gradient);
      }
      return result;
    }
  }
}
