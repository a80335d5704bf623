package dev.statecraft.tensor;

import org.bytedeco.pytorch.global.torch;

/** Neural-network kernels of libtorch with their backwards. All tensors are read only. */
public final class Kernels {
  private Kernels() {}

  /** {@code x sigmoid(x)}. */
  public static Tensor silu(Tensor x) {
    return Tensor.fresh(x.torch(), torch.silu(x.handle()));
  }

  /** Gradient of {@link #silu} with respect to {@code x}. */
  public static Tensor siluBackward(Tensor gradient, Tensor x) {
    return Tensor.fresh(x.torch(), torch.silu_backward(gradient.handle(), x.handle()));
  }

  /** {@code x Phi(x)}, by erf, or by tanh (GELU's approximation) if asked. */
  public static Tensor gelu(Tensor x, boolean tanh) {
    return Tensor.fresh(x.torch(), torch.gelu(x.handle(), tanh ? "tanh" : "none"));
  }

  /** Gradient of {@link #gelu} with respect to {@code x}. */
  public static Tensor geluBackward(Tensor gradient, Tensor x, boolean tanh) {
    return Tensor.fresh(
        x.torch(), torch.gelu_backward(gradient.handle(), x.handle(), tanh ? "tanh" : "none"));
  }

  public static Tensor relu(Tensor x) {
    return Tensor.fresh(x.torch(), torch.relu(x.handle()));
  }

  /** Softmax over the last dimension. */
  public static Tensor softmax(Tensor x) {
    return Tensor.fresh(x.torch(), x.handle().softmax(-1));
  }

  /** Log-softmax over the last dimension. */
  public static Tensor logSoftmax(Tensor x) {
    return Tensor.fresh(x.torch(), x.handle().log_softmax(-1));
  }
}
