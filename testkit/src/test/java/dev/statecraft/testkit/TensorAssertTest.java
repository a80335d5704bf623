package dev.statecraft.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorAssertTest {
  private final Torch torch = Torch.cpu();
  private Scope scope;

  @BeforeEach
  void open() {
    scope = torch.scope();
  }

  @AfterEach
  void close() {
    scope.close();
    torch.close();
  }

  private Tensor tensor(DType type, double... values) {
    return torch.of(type, values, values.length);
  }

  @Test
  void toleratesByTypeRelativeToTheLargestValue() {
    Tensor expected = tensor(DType.FLOAT32, 1000, 0);
    TensorAssert.assertThat(tensor(DType.FLOAT32, 1000, 0.009)).isCloseTo(expected);
    assertThatThrownBy(
            () -> TensorAssert.assertThat(tensor(DType.FLOAT32, 1000, 0.02)).isCloseTo(expected))
        .isInstanceOf(AssertionError.class);
    TensorAssert.assertThat(tensor(DType.BFLOAT16, 990, 20)).isCloseTo(expected);
  }

  @Test
  void namesTheWorstIndexAndItsValues() {
    assertThatThrownBy(
            () ->
                TensorAssert.assertThat(tensor(DType.FLOAT64, 1, 2.5, 7, 4)).hasValues(1, 2, 3, 4))
        .hasMessageContaining("2 of 4 values are off")
        .hasMessageContaining("worst at index 2: expected 3.0, found 7.0");
  }

  @Test
  void rejectsNanAndInfinityEverywhere() {
    double nan = Double.NaN;
    assertThatThrownBy(() -> TensorAssert.assertThat(tensor(DType.FLOAT64, 9, nan)).hasValues(1, 2))
        .hasMessageContaining("index 1: expected 2.0, found NaN");
    assertThatThrownBy(
            () -> TensorAssert.assertThat(tensor(DType.FLOAT64, 1, nan)).hasValues(1, nan))
        .hasMessageContaining("expected value at index 1 is NaN");
    double infinity = Double.POSITIVE_INFINITY;
    assertThatThrownBy(
            () -> TensorAssert.assertThat(tensor(DType.FLOAT64, infinity)).hasValues(infinity))
        .hasMessageContaining("expected value at index 0 is Infinity");
  }

  @Test
  void comparesShapes() {
    Tensor row = torch.zeros(DType.FLOAT32, 1, 2);
    assertThatThrownBy(() -> TensorAssert.assertThat(torch.zeros(DType.FLOAT32, 2)).isCloseTo(row))
        .hasMessageContaining("expected shape [1, 2]");
    assertThatThrownBy(() -> TensorAssert.assertThat(row).hasValues(0, 0, 0))
        .hasMessageContaining("expected 3 values, found 2");
  }

  @Test
  void zerosMustBeZerosUnlessThereIsAFloor() {
    double[] zero = {0};
    Tensor small = tensor(DType.FLOAT64, 1e-12);
    assertThatThrownBy(() -> TensorAssert.assertThat(small).hasValues(zero))
        .isInstanceOf(AssertionError.class);
    TensorAssert.assertThat(small).hasValues(zero, Closeness.of(DType.FLOAT64).withFloor(1));
    assertThatThrownBy(() -> Closeness.relative(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatCode(() -> Closeness.relative(0).check("zeros", zero, zero))
        .doesNotThrowAnyException();
  }

  @Test
  void slackIsForItsValueAlone() {
    double[] expected = {1, 1};
    Closeness close = Closeness.relative(0.01);
    close.check("slack", new double[] {1.1, 1}, expected, i -> i == 0 ? 0.1 : 0);
    assertThatThrownBy(
            () -> close.check("slack", new double[] {1, 1.1}, expected, i -> i == 0 ? 0.1 : 0))
        .hasMessageContaining("1 of 2 values are off")
        .hasMessageContaining("tolerance 0.01");
    assertThatThrownBy(() -> close.check("slack", new double[] {1, 1}, expected, i -> Double.NaN))
        .isInstanceOf(AssertionError.class);
  }
}
