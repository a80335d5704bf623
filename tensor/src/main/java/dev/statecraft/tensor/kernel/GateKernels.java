package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Tensor;

/** Gates of gated MLPs by rows, or composed. */
final class GateKernels {
  private GateKernels() {}

  static void swiGlu(Tensor target, Tensor gate, Tensor up) {
    if (Rows.supports(gate)) {
      RowKernels.gated(RowKernels.Gate.SILU, target, gate, up);
    } else {
      Kernels.siluInto(target, gate);
      target.mulInPlace(up);
    }
  }

  static void swiGluBackward(
      Tensor gateGradient, Tensor upGradient, Tensor upstream, Tensor gate, Tensor up) {
    if (Rows.supports(gate)) {
      RowKernels.gatedBackward(RowKernels.Gate.SILU, gateGradient, upGradient, upstream, gate, up);
    } else {
      swiGluGateBackward(gateGradient, upstream, gate, up);
      swiGluUpBackward(upGradient, upstream, gate);
    }
  }

  static void swiGluGateBackward(Tensor target, Tensor upstream, Tensor gate, Tensor up) {
    target.setToProduct(upstream, up);
    Kernels.siluBackwardInto(target, target, gate);
  }

  static void swiGluUpBackward(Tensor target, Tensor upstream, Tensor gate) {
    Kernels.siluInto(target, gate);
    target.mulInPlace(upstream);
  }

  static void geGlu(Tensor target, Tensor gate, Tensor up, boolean tanh) {
    if (Rows.supports(gate)) {
      RowKernels.gated(gelu(tanh), target, gate, up);
    } else {
      target.setToProduct(Kernels.gelu(gate, tanh), up);
    }
  }

  static void geGluBackward(
      Tensor gateGradient,
      Tensor upGradient,
      Tensor upstream,
      Tensor gate,
      Tensor up,
      boolean tanh) {
    if (Rows.supports(gate)) {
      RowKernels.gatedBackward(gelu(tanh), gateGradient, upGradient, upstream, gate, up);
    } else {
      gateGradient.setToProduct(upstream, up);
      Kernels.geluBackwardInto(gateGradient, gateGradient, gate, tanh);
      upGradient.setToProduct(Kernels.gelu(gate, tanh), upstream);
    }
  }

  private static RowKernels.Gate gelu(boolean tanh) {
    return tanh ? RowKernels.Gate.GELU_TANH : RowKernels.Gate.GELU;
  }
}
