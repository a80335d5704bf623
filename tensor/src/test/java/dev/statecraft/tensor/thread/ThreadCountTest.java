package dev.statecraft.tensor.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.AttentionRule;
import dev.statecraft.tensor.kernel.Kernels;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadCountTest {
  /** {@code int openblas_get_num_threads()}; it ignores the argument that the type has. */
  private static final class BlasNumber extends openblas_nolapack.MklSetNumThreadsLocal {
    int ofNow() {
      put(Loader.addressof("openblas_get_num_threads"));
      return call(0);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "' 12 ', 12", "'3,2', 3", "+4, 4"})
  void theEnvironmentIsRead(String value, int threads) {
    assertThat(ThreadCount.of(Map.of("OMP_NUM_THREADS", value))).hasValue(threads);
  }

  @ParameterizedTest
  @CsvSource({"''", "0", "-2", "two", "1e1", "99999999999"})
  void whatOpenMpWouldNotTakeIsNothing(String value) {
    assertThat(ThreadCount.of(Map.of("OMP_NUM_THREADS", value))).isEqualTo(OptionalInt.empty());
    assertThat(ThreadCount.of(Map.of())).isEqualTo(OptionalInt.empty());
  }

  @Test
  void aSessionTakesAllProcessorsOrAsManyThreadsAsItIsTold() {
    int usual = ThreadCount.ofEnvironment().orElse(Runtime.getRuntime().availableProcessors());
    try (Torch torch = Torch.cpu()) {
      assertThat(torch.threads()).isEqualTo(usual);
    }
    try (Torch torch = Torch.open(Device.CPU, 3);
        Torch dry = Torch.dry(Device.CPU)) {
      assertThat(torch.threads()).isEqualTo(3);
      assertThat(dry.threads()).as("a session without memory changes nothing").isEqualTo(3);
      assertThat(CompletableFuture.supplyAsync(torch::threads, r -> new Thread(r).start()))
          .as("threads that a new thread finds")
          .succeedsWithin(Duration.ofSeconds(30))
          .isEqualTo(3);
      if (System.getenv("OPENBLAS_NUM_THREADS") == null) {
        assertThat(new BlasNumber().ofNow()).as("of float32 products").isEqualTo(3);
      }
      // Blocks of attention take threads of their own and put both numbers back.
      try (Scope scope = torch.scope();
          Generator generator = torch.generator(1)) {
        Tensor x = torch.normal(generator, DType.FLOAT32, 0, 1, 130, 32);
        Kernels.HeadShape heads = new Kernels.HeadShape(2, 1, 16);
        Kernels.attention(
                x, new int[] {0, 70, 130}, heads, AttentionRule.of(true, heads.headDim()), true)
            .orElseThrow()
            .forward(x, x, x);
      }
      assertThat(torch.threads()).isEqualTo(3);
      if (System.getenv("OPENBLAS_NUM_THREADS") == null) {
        assertThat(new BlasNumber().ofNow()).isEqualTo(3);
      }
    }
    try (Torch torch = Torch.cpu()) {
      assertThat(torch.threads()).as("the next one is not bound to it").isEqualTo(usual);
    }
  }

  @Test
  void absurdNumbersAreRefused() {
    assertThat(ThreadCount.checked(1024)).isEqualTo(1024);
    for (int threads : new int[] {0, -1, 1025, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> ThreadCount.checked(threads))
          .hasMessage("threads: expected from 1 to 1024, found " + threads);
    }
  }
}
