package dev.statecraft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OperationTest {
  @Test
  void listsOfNumbersAndFlagsArrive() {
    try (Torch torch = Torch.cpu();
        Scope scope = torch.scope()) {
      Tensor x = torch.of(DType.FLOAT64, new double[] {1, 2, 3, 4, 5, 7}, 2, 3);
      try (Operation sum = new Operation(Operation.find("aten::sum", "dim_IntList"))) {
        Tensor rows =
            Tensor.fresh(torch, sum.with(x).withNumbers(1).with(true).without(1).run().result(0));
        assertThat(rows.shape()).containsExactly(2, 1);
        assertThat(rows.toDoubles()).containsExactly(6, 16);
      }
      // The gradients of a layer norm's input, weight and bias: the mask leaves out the second.
      Tensor ones = torch.full(DType.FLOAT64, 1, 2, 3);
      Tensor weight = torch.full(DType.FLOAT64, 1, 3);
      Tensor column = torch.zeros(DType.FLOAT64, 2, 1);
      try (Operation backward =
          new Operation(Operation.find("aten::native_layer_norm_backward", ""))) {
        backward
            .with(ones)
            .with(x)
            .withNumbers(3)
            .with(column)
            .with(column)
            .with(weight)
            .with(weight)
            .withFlags(false, false, true)
            .run();
        assertThat(Tensor.fresh(torch, backward.result(2)).toDoubles()).containsExactly(2, 2, 2);
        try (org.bytedeco.pytorch.Tensor masked = backward.result(1)) {
          assertThat(masked.defined()).isFalse();
        }
      }
    }
  }

  @Test
  void aFailedCallLetsGoOfItsArguments() {
    try (Torch torch = Torch.cpu();
        Tensor x = torch.zeros(DType.FLOAT32, 2, 3)) {
      long holders = x.handle().use_count();
      Operation failing =
          new Operation(Operation.find("aten::sum", "dim_IntList"))
              .with(x)
              .withNumbers(7)
              .with(true)
              .without(1);
      assertThat(x.handle().use_count()).isGreaterThan(holders);
      assertThatThrownBy(failing::run).hasMessageContaining("out of range");
      assertThat(x.handle().use_count()).isEqualTo(holders);
    }
  }

  @Test
  void whatDoesNotExistIsNamed() {
    assertThatThrownBy(() -> Operation.find("aten::no_such_operation", ""))
        .hasMessageContaining("no_such_operation");
  }
}
