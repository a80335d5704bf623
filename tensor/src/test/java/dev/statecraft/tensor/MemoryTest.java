package dev.statecraft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.tensor.memory.MemoryCategory;
import dev.statecraft.tensor.memory.MemorySnapshot;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private final Torch torch = Torch.cpu();

  @AfterEach
  void close() {
    torch.close();
  }

  @Test
  void thePeakKnowsWhatMemoryWasHeldForAtThatMoment() {
    try (Tensor data = torch.zeros(DType.FLOAT32, 10).claim(MemoryCategory.DATA)) {
      try (Tensor state = torch.zeros(DType.FLOAT32, 20)) {
        state.claim(MemoryCategory.STORED_STATES).claim(MemoryCategory.STATE_GRADIENTS);
        try (Tensor temporary = torch.zeros(DType.FLOAT32, 5)) {
          temporary.claim(MemoryCategory.STATE_GRADIENTS);
        }
      }
      MemorySnapshot peak = torch.peak();
      assertThat(peak.total()).isEqualTo(torch.peakBytes()).isEqualTo(140);
      assertThat(peak.of(MemoryCategory.DATA)).isEqualTo(40);
      assertThat(peak.of(MemoryCategory.STORED_STATES)).isEqualTo(80);
      assertThat(peak.of(MemoryCategory.WORKSPACE)).as("claimed only later").isEqualTo(20);
      torch.resetPeak();
      assertThat(torch.peak().total()).isEqualTo(40);
      assertThat(torch.peak().of(MemoryCategory.STORED_STATES)).isZero();
    }
  }

  @Test
  void aClaimIsOfTheStorageWhateverTheView() {
    try (Tensor whole = torch.zeros(DType.FLOAT32, 4, 4);
        Tensor row = whole.narrow(0, 0, 1)) {
      row.claim(MemoryCategory.WEIGHTS);
      assertThat(whole.block()).isSameAs(row.block());
      assertThat(whole.block().category()).isEqualTo(MemoryCategory.WEIGHTS);
      whole.block().disclaim();
      torch.resetPeak();
      assertThat(torch.peak().of(MemoryCategory.WORKSPACE)).isEqualTo(64);
    }
    torch.resetPeak();
    assertThat(torch.peak()).isEqualTo(MemorySnapshot.EMPTY);
  }

  @Test
  void nothingGoesBeyondTheLimit() {
    try (Tensor first = torch.zeros(DType.FLOAT32, 10)) {
      torch.limit(100);
      assertThatThrownBy(() -> first.add(first).add(first))
          .isInstanceOf(OutOfMemoryException.class)
          .hasMessage("the limit is 100 bytes of tensors, a tensor of 40 would make it 120");
      assertThat(torch.peakBytes()).isEqualTo(80);
    }
    assertThat(torch.liveBytes()).as("the first sum is nobody's").isEqualTo(40);
    assertThatIllegalArgumentException().isThrownBy(() -> torch.limit(0));
  }

  @Test
  void whatIsMadeInAScopeIsClosedWhenTheLimitIsMet() {
    torch.limit(100);
    assertThatThrownBy(
            () -> {
              try (Scope scope = torch.scope()) {
                torch.zeros(DType.FLOAT32, 20);
                torch.zeros(DType.FLOAT32, 20);
              }
            })
        .isInstanceOf(OutOfMemoryException.class);
    assertThat(torch.liveTensors()).isZero();
    assertThat(torch.liveBytes()).isZero();
  }

  @Test
  void allocatorsAreUnderstood() {
    try {
      torch.empty(DType.FLOAT64, 1L << 50).close();
    } catch (RuntimeException e) {
      assertThat(OutOfMemoryException.recognised(e)).isInstanceOf(OutOfMemoryException.class);
      assertThat(OutOfMemoryException.recognised(e).getMessage()).doesNotContain("\n");
      RuntimeException cuda = new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB.");
      assertThat(OutOfMemoryException.recognised(cuda)).hasCause(cuda);
      RuntimeException other = new IllegalStateException("closed");
      assertThat(OutOfMemoryException.recognised(other)).isSameAs(other);
      return;
    }
    throw new AssertionError("eight pebibytes were there");
  }
}
