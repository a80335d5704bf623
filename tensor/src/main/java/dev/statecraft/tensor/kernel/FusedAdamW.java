package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Operation;
import dev.statecraft.tensor.Tensor;
import org.bytedeco.pytorch.OperatorHandle;

/** torch.optim.AdamW's fused kernel. */
final class FusedAdamW {
  private FusedAdamW() {}

  /**
   * One step of AdamW in one pass and in place: torch.optim.AdamW's fused kernel.
   *
   * @param values changed
   * @param gradients of the values
   * @param first moment, changed
   * @param second moment, changed
   * @param step number of this step, from 1
   */
  static void step(
      Tensor values,
      Tensor gradients,
      Tensor first,
      Tensor second,
      long step,
      Kernels.AdamWConstants constants) {
    try (Tensor steps = values.torch().of(DType.FLOAT32, new double[] {step}, 1);
        Operation update = new Operation(Found.OPERATOR)) {
      if (values.handle().is_meta() || values.elements() == 0) {
        return; // libtorch has no such kernel without data.
      }
      update
          .withTensors(values)
          .withTensors(gradients)
          .withTensors(first)
          .withTensors(second)
          .withTensors() // Largest second moments, which amsgrad alone has.
          .withTensors(steps)
          .with(constants.learningRate())
          .with(constants.beta1())
          .with(constants.beta2())
          .with(constants.weightDecay())
          .with(constants.epsilon())
          .with(false) // amsgrad
          .with(false) // maximize
          .without(2) // gradient scale, infinity found
          .run();
    }
  }

  /** Found when first asked for. */
  private static final class Found {
    static final OperatorHandle OPERATOR = Operation.find("aten::_fused_adamw_", "");
  }
}
