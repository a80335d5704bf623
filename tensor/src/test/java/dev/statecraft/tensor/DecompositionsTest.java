package dev.statecraft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecompositionsTest {
  private static Tensor random(Torch torch, int rows, int columns) {
    long count = (long) rows * columns;
    double[] values = new Random(31 * count + columns).doubles(count, -1, 1).toArray();
    return torch.of(DType.FLOAT64, values, rows, columns);
  }

  private static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.toDoubles()).containsExactly(expected.toDoubles(), within(1e-13));
  }

  private static Tensor identity(Torch torch, int size) {
    double[] values = new double[size * size];
    for (int i = 0; i < size; i++) {
      values[i * size + i] = 1;
    }
    return torch.of(DType.FLOAT64, values, size, size);
  }

  @ParameterizedTest
  @CsvSource({"7, 4", "4, 7", "5, 5", "1, 6", "6, 1"})
  void qrIsOrthonormalByTriangular(int rows, int columns) {
    try (Torch torch = Torch.cpu()) {
      try (Scope scope = torch.scope()) {
        Tensor matrix = random(torch, rows, columns);
        Decompositions.Qr qr = Decompositions.qr(matrix);
        assertSame(qr.q().matmul(qr.r()), matrix);
        assertSame(qr.q().t().matmul(qr.q()), identity(torch, Math.min(rows, columns)));
        assertThat(qr.r().sub(qr.r().triu(0)).norm()).isZero();
        assertSame(Decompositions.qr(matrix.t().copy().t()).r(), qr.r());
      }
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"7, 4", "4, 7", "5, 5", "1, 6", "6, 1"})
  void svdIsThinAndInDescendingOrder(int rows, int columns) {
    try (Torch torch = Torch.cpu()) {
      try (Scope scope = torch.scope()) {
        Tensor matrix = random(torch, rows, columns);
        Decompositions.Svd svd = Decompositions.svd(matrix);
        int count = Math.min(rows, columns);
        assertSame(svd.u().mul(svd.values()).matmul(svd.vt()), matrix);
        assertSame(svd.u().t().matmul(svd.u()), identity(torch, count));
        assertSame(svd.vt().matmul(svd.vt().t()), identity(torch, count));
        double[] values = svd.values().toDoubles();
        double[] descending = Arrays.stream(values).map(x -> -x).sorted().map(x -> -x).toArray();
        assertThat(values).containsExactly(descending);
        assertThat(values[count - 1]).isPositive();
      }
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();
    }
  }
}
