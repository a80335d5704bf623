package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Tensor;

/** The gate of a gated MLP by rows, or composed. */
final class SwiGluKernels {
  private SwiGluKernels() {}

  static void forward(Tensor target, Tensor gate, Tensor up) {
    if (Rows.supports(gate)) {
      RowKernels.swiGlu(target, gate, up);
    } else {
      Kernels.siluInto(target, gate);
      target.mulInPlace(up);
    }
  }

  static void backward(
      Tensor gateGradient, Tensor upGradient, Tensor upstream, Tensor gate, Tensor up) {
    if (Rows.supports(gate)) {
      RowKernels.swiGluBackward(gateGradient, upGradient, upstream, gate, up);
    } else {
      gateBackward(gateGradient, upstream, gate, up);
      upBackward(upGradient, upstream, gate);
    }
  }

  static void gateBackward(Tensor target, Tensor upstream, Tensor gate, Tensor up) {
    target.setToProduct(upstream, up);
    Kernels.siluBackwardInto(target, target, gate);
  }

  static void upBackward(Tensor target, Tensor upstream, Tensor gate) {
    Kernels.siluInto(target, gate);
    target.mulInPlace(upstream);
  }
}
