package dev.statecraft.training.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RegressionTest {
  private static final Offset<Double> CLOSE = within(1e-14);

  @Test
  void meanSquaredErrorByHand() {
    assertThat(Regression.meanSquaredError(new double[] {1, 2, 3}, new double[] {1, 4, 2.5}))
        .isEqualTo((0 + 4 + 0.25) / 3, CLOSE);
    assertThat(Regression.meanSquaredError(new double[] {1}, new double[] {1})).isZero();
  }

  @Test
  void pearsonByHand() {
    // Deviations (-1, 0, 1) and (-2, 1, 1): 3 / sqrt(2 * 6).
    assertThat(Regression.pearson(new double[] {1, 2, 3}, new double[] {0, 3, 3}))
        .isEqualTo(3 / Math.sqrt(12), CLOSE);
  }

  @Test
  void valuesOfScipysDocumentation() {
    double[] x = {1, 2, 3, 4, 5};
    // stats.pearsonr([1, 2, 3, 4, 5], [10, 9, 2.5, 6, 4])
    assertThat(Regression.pearson(x, new double[] {10, 9, 2.5, 6, 4}))
        .isEqualTo(-0.7426106572325056, CLOSE);
    // stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])
    assertThat(Regression.spearman(x, new double[] {5, 6, 7, 8, 7}))
        .isEqualTo(0.8207826816681233, CLOSE);
  }

  @Test
  void spearmanWithManyTies() {
    // scipy.stats.spearmanr of the same numbers.
    assertThat(
            Regression.spearman(
                new double[] {1, 2, 2, 4, 5, 5, 5, 8}, new double[] {3, 1, 1, 4, 7, 2, 9, 9}))
        .isEqualTo(0.7081974910453576, CLOSE);
  }

  @Test
  void tiesShareTheMeanOfTheirRanks() {
    assertThat(Regression.ranks(new double[] {30, 10, 20, 10, 30, 30}))
        .containsExactly(5, 1.5, 3, 1.5, 5, 5);
    assertThat(Regression.ranks(new double[] {0.0, -0.0, 1})).containsExactly(1.5, 1.5, 3);
  }

  @Test
  void spearmanSeesOrderOnly() {
    double[] x = {3, 1, 2, 9};
    assertThat(Regression.spearman(x, Arrays.stream(x).map(Math::exp).toArray()))
        .isEqualTo(1, CLOSE);
    assertThat(Regression.spearman(x, Arrays.stream(x).map(v -> -v * v).toArray()))
        .isEqualTo(-1, CLOSE);
  }

  @Test
  void pearsonIsFreeOfOffsetAndScale() {
    double[] x = {3, 1, 2, 9};
    double[] y = {1, 5, 2, 2};
    double expected = Regression.pearson(x, y);
    for (double scale : new double[] {1e-300, 1e-160, 1e150, 1e300}) {
      assertThat(Regression.pearson(Arrays.stream(x).map(v -> v * scale).toArray(), y))
          .isEqualTo(expected, CLOSE);
    }
    assertThat(Regression.pearson(Arrays.stream(x).map(v -> v + 1e6).toArray(), y))
        .isEqualTo(expected, within(1e-9));
    assertThat(Regression.pearson(x, x)).isEqualTo(1, CLOSE).isLessThanOrEqualTo(1);
  }

  @Test
  void constantValuesAreNoCorrelationRatherThanNan() {
    // The mean of ten times 0.1 is not 0.1 in doubles.
    double[] constant = new double[10];
    Arrays.fill(constant, 0.1);
    double[] other = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    assertThat(Regression.pearson(constant, other)).isZero();
    assertThat(Regression.pearson(other, constant)).isZero();
    assertThat(Regression.spearman(constant, other)).isZero();
    assertThat(Regression.spearman(constant, constant)).isZero();
    assertThat(Regression.pearson(new double[3], new double[] {1, 2, 3})).isZero();
    assertThat(Regression.pearson(new double[] {4}, new double[] {5})).isZero();
  }

  @Test
  void badInputIsRejected() {
    List<ToDoubleBiFunction<double[], double[]>> metrics =
        List.of(Regression::meanSquaredError, Regression::pearson, Regression::spearman);
    for (ToDoubleBiFunction<double[], double[]> metric : metrics) {
      assertThatThrownBy(() -> metric.applyAsDouble(new double[2], new double[3]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("2 gold values, but 3 predictions");
      assertThatThrownBy(() -> metric.applyAsDouble(new double[0], new double[0]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> metric.applyAsDouble(new double[2], new double[] {0, Double.NaN}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("predicted[1] should be a finite number, found NaN");
      assertThatThrownBy(
              () -> metric.applyAsDouble(new double[] {Double.POSITIVE_INFINITY}, new double[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("gold[0]");
    }
  }
}
