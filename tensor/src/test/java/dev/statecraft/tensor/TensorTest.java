package dev.statecraft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorTest {
  private final Torch torch = Torch.cpu();

  @AfterEach
  void close() {
    torch.close();
  }

  @Test
  void valuesGoInAndComeOut() {
    try (Scope scope = torch.scope()) {
      for (DType type : List.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16)) {
        Tensor t = torch.of(type, new double[] {1, -2.5, 3, 0.25}, 2, 2);
        assertThat(t.toDoubles()).as(type.label()).containsExactly(1, -2.5, 3, 0.25);
        assertThat(t.dtype()).isEqualTo(type);
        assertThat(t.shape()).containsExactly(2, 2);
        assertThat(t.t().toDoubles()).containsExactly(1, 3, -2.5, 0.25);
      }
      assertThat(torch.ofInts(new int[] {3, 1}).toLongs()).containsExactly(3, 1);
      assertThat(torch.of(DType.FLOAT32, new float[0], 0, 3).toDoubles()).isEmpty();
    }
  }

  @Test
  void aClosedTensorThrows() {
    Tensor t = torch.zeros(DType.FLOAT32, 2);
    t.close();
    t.close();
    assertThatIllegalStateException().isThrownBy(() -> t.add(t)).withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(t::escape);
  }

  @Test
  void countsHandlesAndBytes() {
    Tensor t = torch.zeros(DType.FLOAT32, 10, 10);
    assertThat(torch.liveTensors()).isEqualTo(1);
    assertThat(torch.liveBytes()).isEqualTo(400);
    Tensor row = t.narrow(0, 0, 1);
    assertThat(torch.liveTensors()).isEqualTo(2);
    assertThat(torch.liveBytes()).as("a view has no bytes of its own").isEqualTo(400);
    assertThat(t.isSoleHandle()).isFalse();
    t.close();
    assertThat(torch.liveBytes()).as("the view keeps the storage").isEqualTo(400);
    assertThat(row.sum()).isZero();
    row.close();
    assertThat(torch.liveBytes()).isZero();
    assertThat(torch.liveTensors()).isZero();
    assertThat(torch.peakBytes()).isEqualTo(400);
  }

  @Test
  void aScopeClosesWhatDidNotEscape() {
    Tensor kept;
    try (Scope outer = torch.scope()) {
      Tensor a = torch.full(DType.FLOAT64, 2, 3);
      try (Scope inner = torch.scope()) {
        Tensor temporary = a.mul(a);
        kept = temporary.add(a).escape();
        assertThat(torch.liveTensors()).isEqualTo(3);
      }
      assertThat(torch.liveTensors()).isEqualTo(2);
    }
    assertThat(torch.liveTensors()).isEqualTo(1);
    assertThat(kept.toDoubles()).containsExactly(6, 6, 6);
    kept.close();
    assertThat(torch.liveBytes()).isZero();
  }

  @Test
  void copiesAreIndependentAndAsIsNot() {
    try (Scope scope = torch.scope()) {
      Tensor a = torch.full(DType.FLOAT32, 1, 2);
      Tensor copy = a.copyTo(DType.FLOAT32);
      Tensor same = a.as(DType.FLOAT32);
      a.fill(5);
      assertThat(copy.toDoubles()).containsExactly(1, 1);
      assertThat(same.toDoubles()).containsExactly(5, 5);
      assertThat(same.sharesStorageWith(a)).isTrue();
      assertThat(a.contiguous().sharesStorageWith(a)).isTrue();
      assertThat(a.as(DType.BFLOAT16).sharesStorageWith(a)).isFalse();
      Tensor matrix = torch.zeros(DType.FLOAT32, 2, 3);
      assertThat(matrix.t().contiguous().sharesStorageWith(matrix)).isFalse();
    }
  }

  @Test
  void borrowsMappedMemoryWithoutCopying() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putFloat(0, 1.5f).putFloat(4, -2f);
    try (Tensor t = torch.borrow(buffer, DType.FLOAT32, 2)) {
      assertThat(torch.liveBytes()).isZero();
      assertThat(t.toDoubles()).containsExactly(1.5, -2);
      buffer.putFloat(0, 7f);
      assertThat(t.toDoubles()).containsExactly(7, -2);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> torch.borrow(buffer, DType.FLOAT32, 3))
        .withMessage("expected a direct buffer of 12 bytes, found 8");
  }

  @Test
  void generatorsRepeat() {
    try (Scope scope = torch.scope();
        Generator a = torch.generator(7);
        Generator b = torch.generator(7);
        Generator c = torch.generator(8)) {
      double[] first = torch.normal(a, DType.FLOAT32, 0, 1, 100).toDoubles();
      assertThat(torch.normal(b, DType.FLOAT32, 0, 1, 100).toDoubles()).isEqualTo(first);
      assertThat(torch.normal(c, DType.FLOAT32, 0, 1, 100).toDoubles()).isNotEqualTo(first);
    }
    assertThat(Generator.mix(1, 2, 3)).isNotEqualTo(Generator.mix(1, 3, 2));
  }

  @Test
  void autogradGivesVectorJacobianProducts() {
    try (Scope scope = torch.scope()) {
      Tensor a = torch.of(DType.FLOAT64, new double[] {1, 2, 3, 4}, 2, 2);
      Tensor b = torch.of(DType.FLOAT64, new double[] {5, 6, 7, 8}, 2, 2);
      Tensor upstream = torch.of(DType.FLOAT64, new double[] {1, 0, 0, 2}, 2, 2);
      long before = torch.liveTensors();
      List<Tensor> gradients =
          Autograd.vjp(in -> in.get(0).matmul(in.get(1)), List.of(a, b), upstream);
      assertThat(torch.liveTensors()).isEqualTo(before + 2);
      assertThat(gradients.get(0).toDoubles()).isEqualTo(upstream.matmul(b.t()).toDoubles());
      assertThat(gradients.get(1).toDoubles()).isEqualTo(a.t().matmul(upstream).toDoubles());
      gradients.forEach(Tensor::close);
    }
  }

  @Test
  void anotherThreadIsRefused() throws InterruptedException {
    Throwable[] thrown = new Throwable[1];
    Thread other = new Thread(torch::scope, "elsewhere");
    other.setUncaughtExceptionHandler((t, e) -> thrown[0] = e);
    other.start();
    other.join();
    assertThat(thrown[0])
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("elsewhere");
  }
}
