package dev.statecraft.training.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
  private static final Offset<Double> EXACT = within(1e-15);

  @Test
  void countsGoldByPredicted() {
    ConfusionMatrix matrix =
        ConfusionMatrix.of(new int[] {0, 1, 2, 0, 1, 2}, new int[] {0, 2, 1, 0, 0, 1}, 3);
    assertThat(matrix).hasToString("ConfusionMatrix[[2, 0, 0], [1, 0, 1], [0, 2, 0]]");
    assertThat(matrix.count(1, 2)).isEqualTo(1);
    assertThat(matrix.count(2, 1)).isEqualTo(2);
    assertThat(matrix.classes()).isEqualTo(3);
    assertThat(matrix.total()).isEqualTo(6);
  }

  @Test
  void accuracyPrecisionRecallAndF1OfABinaryTask() {
    // TP 3, FN 1, FP 2, TN 4.
    ConfusionMatrix matrix =
        ConfusionMatrix.of(
            new int[] {1, 1, 1, 1, 0, 0, 0, 0, 0, 0}, new int[] {1, 1, 1, 0, 1, 1, 0, 0, 0, 0}, 2);
    assertThat(matrix.accuracy()).isEqualTo(0.7, EXACT);
    assertThat(matrix.precision(1)).isEqualTo(3 / 5.0, EXACT);
    assertThat(matrix.recall(1)).isEqualTo(3 / 4.0, EXACT);
    assertThat(matrix.f1(1)).isEqualTo(2 / 3.0, EXACT);
    assertThat(matrix.f1(0)).isEqualTo(8 / 11.0, EXACT);
    assertThat(matrix.macroF1()).isEqualTo((2 / 3.0 + 8 / 11.0) / 2, EXACT);
    // (TP TN - FP FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN)) = 10 / sqrt(5 * 4 * 6 * 5)
    assertThat(matrix.matthews()).isEqualTo(10 / Math.sqrt(600), EXACT);
  }

  @Test
  void valuesOfScikitLearnsDocumentation() {
    // f1_score(y_true, y_pred, average='macro') = 0.266..., with y_true, y_pred as here.
    ConfusionMatrix three =
        ConfusionMatrix.of(new int[] {0, 1, 2, 0, 1, 2}, new int[] {0, 2, 1, 0, 0, 1}, 3);
    assertThat(three.macroF1()).isEqualTo(0.8 / 3, EXACT);
    // matthews_corrcoef([+1, +1, +1, -1], [+1, -1, +1, +1]) = -0.333...
    ConfusionMatrix two = ConfusionMatrix.of(new int[] {1, 1, 1, 0}, new int[] {1, 0, 1, 1}, 2);
    assertThat(two.matthews()).isEqualTo(-1 / 3.0, EXACT);
  }

  @Test
  void matthewsOfThreeClasses() {
    // s = 10, c = 7, t = (3, 3, 4), p = (3, 3, 4): (70 - 34) / (100 - 34) = 6 / 11.
    ConfusionMatrix matrix =
        ConfusionMatrix.of(
            new int[] {0, 0, 0, 1, 1, 2, 2, 2, 2, 1}, new int[] {0, 1, 0, 1, 2, 2, 2, 0, 2, 1}, 3);
    assertThat(matrix.matthews()).isEqualTo(6 / 11.0, EXACT);
  }

  @Test
  void perfectAndOppositePredictions() {
    int[] gold = {0, 1, 1, 0, 2};
    ConfusionMatrix perfect = ConfusionMatrix.of(gold, gold, 3);
    assertThat(perfect.accuracy()).isEqualTo(1);
    assertThat(perfect.macroF1()).isEqualTo(1);
    assertThat(perfect.matthews()).isEqualTo(1, EXACT);
    ConfusionMatrix opposite =
        ConfusionMatrix.of(new int[] {0, 1, 1, 0}, new int[] {1, 0, 0, 1}, 2);
    assertThat(opposite.matthews()).isEqualTo(-1, EXACT);
    assertThat(opposite.f1(1)).isZero();
  }

  @Test
  void constantPredictionsOrGoldAreNoCorrelationRatherThanNan() {
    ConfusionMatrix constant = ConfusionMatrix.of(new int[] {0, 1, 1}, new int[] {1, 1, 1}, 2);
    assertThat(constant.matthews()).isZero();
    assertThat(constant.precision(0)).isZero();
    assertThat(constant.f1(0)).isZero();
    assertThat(constant.f1(1)).isEqualTo(0.8, EXACT);
    assertThat(ConfusionMatrix.of(new int[] {1, 1, 1}, new int[] {0, 1, 1}, 2).matthews()).isZero();
    assertThat(ConfusionMatrix.of(new int[] {1, 1}, new int[] {1, 1}, 2).matthews()).isZero();
  }

  @Test
  void classesThatDoNotAppearAreNotInTheMacroMean() {
    assertThat(ConfusionMatrix.of(new int[] {0, 2}, new int[] {0, 2}, 5).macroF1()).isEqualTo(1);
    // Class 1 is predicted, though it does not occur: it counts, as 0.
    assertThat(ConfusionMatrix.of(new int[] {0, 0}, new int[] {0, 1}, 5).macroF1())
        .isEqualTo((2 / 3.0 + 0) / 2, EXACT);
  }

  @Test
  void manyExamplesDoNotOverflow() {
    int n = 4_000_000;
    int[] gold = new int[n];
    Arrays.fill(gold, n / 2, n, 1);
    int[] predicted = gold.clone();
    Arrays.fill(predicted, 0, n / 4, 1);
    // TP n/2, FP n/4, TN n/4: 1/8 / sqrt(3/4 * 1/2 * 1/2 * 1/4) = 1 / sqrt(3).
    assertThat(ConfusionMatrix.of(gold, predicted, 2).matthews())
        .isEqualTo(1 / Math.sqrt(3), within(1e-12));
  }

  @Test
  void badInputIsRejected() {
    int[] one = {1};
    assertThatThrownBy(() -> ConfusionMatrix.of(one, new int[] {1, 0}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 gold values, but 2 predictions");
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[0], new int[0], 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one example");
    assertThatThrownBy(() -> ConfusionMatrix.of(one, new int[] {2}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("predicted[0] is class 2, expected 0 to 1");
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[] {-1}, one, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gold[0] is class -1");
    assertThatThrownBy(() -> ConfusionMatrix.of(one, one, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 2 classes");
  }
}
