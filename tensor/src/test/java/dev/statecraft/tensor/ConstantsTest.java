package dev.statecraft.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConstantsTest {
  private final AtomicInteger made = new AtomicInteger();

  private double value(Torch torch, int key) {
    try (Tensor constant =
        torch
            .constants()
            .of(
                key,
                () -> {
                  made.incrementAndGet();
                  return torch.of(DType.FLOAT32, new float[] {key}, 1);
                })) {
      return constant.item();
    }
  }

  @Test
  void areMadeOnceAndNotCounted() {
    try (Torch torch = Torch.cpu()) {
      assertThat(value(torch, 3)).isEqualTo(3);
      assertThat(value(torch, 3)).isEqualTo(3);
      assertThat(value(torch, 4)).isEqualTo(4);
      assertThat(made).hasValue(2);
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();
    }
  }

  @Test
  void theOldestGoes() {
    try (Torch torch = Torch.cpu()) {
      for (int key = 0; key < 8; key++) {
        value(torch, key);
      }
      value(torch, 0); // Asked for again, so not the oldest any more.
      value(torch, 8);
      assertThat(made).hasValue(9);
      assertThat(value(torch, 0)).isZero();
      assertThat(made).hasValue(9);
      assertThat(value(torch, 1)).isEqualTo(1);
      assertThat(made).hasValue(10);
    }
  }
}
