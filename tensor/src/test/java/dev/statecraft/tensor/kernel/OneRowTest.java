package dev.statecraft.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneRowTest {
  private final Torch torch = Torch.open(Device.CPU, 2);

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  /** Widths around those of vectors and blocks; the last matrices are shared among threads. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, FLOAT32, 1, 1, 1",
    "FLOAT32, FLOAT32, 7, 3, 5",
    "FLOAT32, FLOAT32, 33, 16, 48",
    "BFLOAT16, FLOAT32, 100, 17, 30",
    "BFLOAT16, BFLOAT16, 576, 32, 192",
    "FLOAT32, FLOAT32, 8200, 33, 9001",
    "BFLOAT16, BFLOAT16, 8200, 33, 8192"
  })
  void areTheProductsOfTheLibrary(DType type, DType held, int in, int rank, int out) {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(in)) {
      Tensor x = torch.normal(generator, type, 0, 1, 1, in);
      Tensor a = torch.normal(generator, held, 0, 0.1, rank, in);
      Tensor b = torch.normal(generator, held, 0, 0.1, out, rank);
      Tensor wide = torch.normal(generator, type, 0, 1, 1, out + 2);
      Tensor y = wide.narrow(1, 1, out); // Columns of a wider row, as of fused linears.
      double[] around = {wide.toDoubles()[0], wide.toDoubles()[out + 1]};
      assertThat(OneRow.suits(x, a)).isTrue();
      Tensor h = OneRow.linear(x, a);
      double[] hidden = x.as(DType.FLOAT64).linear(a.as(DType.FLOAT64)).toDoubles();
      double digits = type == DType.BFLOAT16 ? 1.0 / 128 : 1e-5;
      assertThat(h.dtype()).isEqualTo(type);
      check(h.toDoubles(), hidden, digits);
      Tensor expected =
          y.copyTo(DType.FLOAT64)
              .addmmInPlace(h.as(DType.FLOAT64), b.as(DType.FLOAT64).t(), 1, -0.5);
      OneRow.addProduct(y, h, b.t().contiguous(), -0.5);
      check(y.toDoubles(), expected.toDoubles(), digits);
      assertThat(new double[] {wide.toDoubles()[0], wide.toDoubles()[out + 1]}).isEqualTo(around);
    }
  }

  private static void check(double[] actual, double[] expected, double digits) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as("number " + i)
          .isCloseTo(expected[i], within(digits * (1 + Math.abs(expected[i]))));
    }
  }

  @Test
  void areOfOneRowAndTypesThatRowsHave() {
    try (Scope scope = torch.scope()) {
      Tensor matrix = torch.zeros(DType.FLOAT32, 4, 6);
      assertThat(OneRow.suits(torch.zeros(DType.FLOAT32, 1, 6), matrix)).isTrue();
      assertThat(OneRow.suits(torch.zeros(DType.FLOAT32, 2, 6), matrix)).isFalse();
      assertThat(OneRow.suits(torch.zeros(DType.FLOAT64, 1, 6), matrix)).isFalse();
      assertThat(OneRow.suits(torch.zeros(DType.FLOAT32, 1, 4), matrix.t())).isFalse();
      assertThat(OneRow.suits(torch.zeros(DType.FLOAT32, 1, 6), matrix.as(DType.FLOAT16)))
          .isFalse();
    }
  }
}
