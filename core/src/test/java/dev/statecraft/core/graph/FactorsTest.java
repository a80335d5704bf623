package dev.statecraft.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FactorsTest {
  private static final double[] SINGULAR = {7, 4, 2.5, 1, 0.25};
  private static final double SCALE = 1.5;

  private static Tensor orthonormal(Torch torch, Generator generator, int rows, int columns) {
    Tensor matrix = torch.normal(generator, DType.FLOAT64, 0, 1, rows, columns);
    OrthonormalRows.make(matrix);
    return matrix;
  }

  /** U diag(values) V with random U {@code [out, n]} and V {@code [n, in]}. */
  private static Tensor sum(Torch torch, Tensor u, Tensor v, double... values) {
    return u.mul(torch.of(DType.FLOAT64, values, 1, values.length)).matmul(v);
  }

  @ParameterizedTest
  @CsvSource({"9, 6, 2", "6, 9, 2", "7, 7, 3", "5, 8, 5"})
  void principalFactorsAreTheLargestSingularValues(int out, int in, int rank) {
    try (Torch torch = Torch.cpu();
        Generator generator = torch.generator(3)) {
      try (Scope scope = torch.scope()) {
        Tensor u = orthonormal(torch, generator, SINGULAR.length, out).t();
        Tensor v = orthonormal(torch, generator, SINGULAR.length, in);
        double[] first = new double[SINGULAR.length];
        System.arraycopy(SINGULAR, 0, first, 0, rank);
        Tensor weight = sum(torch, u, v, SINGULAR);
        double[] expected = sum(torch, u, v, first).toDoubles();
        try (Factors factors = Factors.principal(weight, rank, SCALE)) {
          Tensor part = factors.b().matmul(factors.a()).mul(SCALE);
          Closeness.relative(1e-12).withFloor(1).check("s B A", part.toDoubles(), expected);
          // Each takes the root of its value, the largest first.
          double[] rows = factors.a().square().sum(1).toDoubles();
          double[] columns = factors.b().square().sum(0).toDoubles();
          for (int i = 0; i < rank; i++) {
            assertThat(rows[i]).isCloseTo(SINGULAR[i] / SCALE, within(1e-12));
            assertThat(columns[i]).isCloseTo(SINGULAR[i] / SCALE, within(1e-12));
          }
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @Test
  void aWeightOfZerosHasFactorsOfZeros() {
    try (Torch torch = Torch.cpu();
        Scope scope = torch.scope();
        Factors factors = Factors.principal(torch.zeros(DType.FLOAT64, 4, 6), 2, 1)) {
      assertThat(factors.a().toDoubles()).containsOnly(0);
      assertThat(factors.b().toDoubles()).containsOnly(0);
    }
  }

  /** B has orthonormal columns, A is zero below its diagonal, and B A has W's first columns. */
  @ParameterizedTest
  @CsvSource({"9, 6, 2", "6, 9, 4", "5, 5, 5"})
  void triangularFactorsAreTheBeginOfTheQr(int out, int in, int rank) {
    try (Torch torch = Torch.cpu();
        Generator generator = torch.generator(3)) {
      try (Scope scope = torch.scope()) {
        Tensor weight = torch.normal(generator, DType.FLOAT64, 0, 1, out, in);
        try (Factors factors = Factors.triangular(weight, rank)) {
          double[] products = factors.b().t().matmul(factors.b()).toDoubles();
          double[] below = factors.a().toDoubles();
          for (int i = 0; i < rank; i++) {
            for (int j = 0; j < rank; j++) {
              assertThat(products[i * rank + j]).isCloseTo(i == j ? 1 : 0, within(1e-12));
              if (j < i) {
                assertThat(below[i * in + j]).isCloseTo(0, within(1e-12));
              }
            }
          }
          Tensor rest = weight.sub(factors.b().matmul(factors.a()));
          assertThat(rest.narrow(1, 0, rank).norm()).isLessThan(1e-12);
          assertThat(factors.b().t().matmul(rest).norm()).isLessThan(1e-12);
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @Test
  void orthogonalFactorsHaveAProductOfZero() {
    try (Torch torch = Torch.cpu();
        Generator generator = torch.generator(3);
        Scope scope = torch.scope();
        Factors factors = Factors.orthogonal(torch, generator, DType.FLOAT64, 4, 300, 200)) {
      assertThat(factors.b().matmul(factors.a()).norm()).isLessThan(1e-12);
      // Half of r normal numbers over 10 make an element, so its variance is 1/200 of r/r.
      assertThat(factors.a().square().sum() / (4 * 300)).isCloseTo(0.005, within(0.001));
      assertThat(factors.b().square().sum() / (4 * 200)).isCloseTo(0.005, within(0.001));
    }
  }

  @Test
  void theDifferenceOfTwoUpdatesIsOneOfTwiceTheRank() {
    try (Torch torch = Torch.cpu();
        Generator generator = torch.generator(3);
        Scope scope = torch.scope();
        Factors one = Factors.orthogonal(torch, generator, DType.FLOAT32, 2, 6, 5);
        Factors start = new Factors(one.a().mul(2).escape(), one.b().addScalar(1).escape());
        Factors difference = Factors.difference(one.a(), one.b(), start)) {
      assertThat(difference.a().shape()).containsExactly(4, 6);
      assertThat(difference.b().shape()).containsExactly(5, 4);
      double[] expected = one.b().matmul(one.a()).sub(start.b().matmul(start.a())).toDoubles();
      Closeness.relative(1e-5)
          .withFloor(0.1)
          .check("B' A'", difference.b().matmul(difference.a()).toDoubles(), expected);
    }
  }
}
