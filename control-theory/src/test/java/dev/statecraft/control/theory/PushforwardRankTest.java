package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Theorem 4.2 on blocks that are drawn; docs/THEORY.md has it on real ones. */
class PushforwardRankTest {
  private static final double TOLERANCE = 1e-10;
  private static final int IN = 6;
  private static final int WIDTH = 9;

  private final Random random = new Random(29);
  private final Matrix up = Matrix.gaussian(IN, WIDTH, random);
  private final Matrix down = Matrix.gaussian(WIDTH, IN, random);

  /** One column for each number of U: how the outputs move with it, by differences. */
  private static Matrix jacobian(Matrix at, UnaryOperator<Matrix> outputs) {
    double step = 1e-5;
    double[][] columns = new double[at.rows() * at.columns()][];
    for (int i = 0; i < columns.length; i++) {
      double[][] unit = new double[at.rows()][at.columns()];
      unit[i / at.columns()][i % at.columns()] = step;
      Matrix move = Matrix.of(unit);
      Matrix slope = outputs.apply(move).minus(outputs.apply(move.scaled(-1))).scaled(0.5 / step);
      columns[i] = Arrays.stream(slope.toArray()).flatMapToDouble(Arrays::stream).toArray();
    }
    return Matrix.of(columns);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void theDifferentialsAreThoseOfTheBlocks(Activation activation) {
    Matrix x = Matrix.gaussian(3, IN, random);
    Matrix slopes = x.times(up).map(activation::slope);
    double[] byWeight =
        jacobian(up, u -> x.plus(x.times(up.plus(u)).map(activation::value).times(down)))
            .singularValues();
    assertThat(PushforwardRank.ofWeight(x, slopes, down).singularValues())
        .hasSize(3 * IN)
        .zipSatisfy(
            Arrays.stream(byWeight).limit(3 * IN).boxed().toList(),
            (found, expected) -> assertThat(found).isCloseTo(expected, within(1e-7)));
    double[] byState =
        jacobian(
                Matrix.zeros(IN, IN),
                u -> x.plus(x.times(up).map(activation::value).times(down)).plus(x.times(u)))
            .singularValues();
    assertThat(PushforwardRank.ofState(x, IN).singularValues())
        .zipSatisfy(
            Arrays.stream(byState).limit(3 * IN).boxed().toList(),
            (found, expected) -> assertThat(found).isCloseTo(expected, within(1e-7)));
  }

  /** So many units are alive: each gives one direction, and there are IN. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 6, 9})
  void deadUnitsTakeDirectionsOfTheWeightsControlOnly(int alive) {
    Matrix x = Matrix.gaussian(1, IN, random);
    Matrix scores = x.times(up);
    double[] signs = new double[WIDTH];
    for (int j = 0; j < WIDTH; j++) {
      signs[j] = (scores.at(0, j) > 0) == (j < alive) ? 1 : -1;
    }
    Matrix weight = up.times(Matrix.diagonal(signs));
    Matrix slopes = x.times(weight).map(Activation.RELU::slope);
    assertThat(slopes.rowSums()[0]).isEqualTo(alive);
    PushforwardRank ofWeight = PushforwardRank.ofWeight(x, slopes, down);
    assertThat(ofWeight.rank(TOLERANCE)).isEqualTo(Math.min(alive, IN));
    assertThat(ofWeight.directions()).isEqualTo(IN);
    assertThat(PushforwardRank.ofWeight(x, slopes, Matrix.identity(WIDTH)).rank(TOLERANCE))
        .isEqualTo(alive);
    assertThat(PushforwardRank.ofState(x, IN).rank(TOLERANCE)).isEqualTo(IN);
  }

  /** The middle of two controls gives the middle of two outputs, or does not. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void theStatesControlIsAffineAndTheWeightsIsNot(Activation activation) {
    Matrix x = Matrix.gaussian(3, IN, random);
    assertThat(
            bend(IN, u -> x.plus(x.times(up).map(activation::value).times(down)).plus(x.times(u))))
        .isLessThan(1e-13);
    assertThat(bend(WIDTH, u -> x.plus(x.times(up.plus(u)).map(activation::value).times(down))))
        .isGreaterThan(1e-2);
  }

  private double bend(int columns, UnaryOperator<Matrix> outputs) {
    Matrix one = Matrix.gaussian(IN, columns, random);
    Matrix other = Matrix.gaussian(IN, columns, random);
    Matrix middle = outputs.apply(one.plus(other).scaled(0.5));
    Matrix mean = outputs.apply(one).plus(outputs.apply(other)).scaled(0.5);
    return middle.minus(mean).norm() / mean.norm();
  }

  /** Without V each unit has its own outputs, one for each token at which it is alive. */
  @Test
  void severalTokens() {
    Matrix x = Matrix.gaussian(4, IN, random);
    Matrix slopes = x.times(up).map(Activation.RELU::slope);
    int alive = (int) Arrays.stream(slopes.rowSums()).sum();
    PushforwardRank ofWeight = PushforwardRank.ofWeight(x, slopes, Matrix.identity(WIDTH));
    assertThat(alive).isBetween(1, 4 * WIDTH - 1);
    assertThat(ofWeight.rank(TOLERANCE)).isEqualTo(alive);
    assertThat(ofWeight.directions()).isEqualTo(4 * WIDTH);
    assertThat(PushforwardRank.ofState(x, WIDTH).rank(TOLERANCE)).isEqualTo(4 * WIDTH);
  }

  @Test
  void tokensThatDependOnOthersAddNoDirections() {
    PushforwardRank ofState =
        PushforwardRank.ofState(RandomSystems.ofRank(2, 4, IN, random), WIDTH);
    assertThat(ofState.rank(TOLERANCE)).isEqualTo(2 * WIDTH);
    assertThat(ofState.directions()).isEqualTo(4 * WIDTH);
  }

  @Test
  void whereNothingIsReadNothingMoves() {
    Matrix zero = Matrix.zeros(1, IN);
    assertThat(PushforwardRank.ofState(zero, IN).rank(TOLERANCE)).isZero();
    assertThat(
            PushforwardRank.ofWeight(zero, zero.times(up).map(Activation.SILU::slope), down)
                .rank(TOLERANCE))
        .isZero();
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void slopesAreThoseOfValues(Activation activation) {
    for (double x : new double[] {-6, -1.3, -0.2, 0.1, 0.9, 4, 30}) {
      double step = 1e-5;
      double slope = (activation.value(x + step) - activation.value(x - step)) / (2 * step);
      assertThat(activation.slope(x)).isCloseTo(slope, within(1e-8));
    }
  }

  @Test
  void valuesOfActivations() {
    assertThat(Activation.RELU.value(-2)).isZero();
    assertThat(Activation.RELU.slope(0)).isZero();
    assertThat(Activation.SILU.value(1)).isCloseTo(0.7310585786300049, within(1e-15));
  }

  @Test
  void refuses() {
    Matrix x = Matrix.zeros(2, IN);
    Expect.usage(
        () -> PushforwardRank.ofWeight(x, Matrix.zeros(1, WIDTH), down),
        "expected slopes with 2 rows, found shape [1, 9]");
    Expect.usage(
        () -> PushforwardRank.ofWeight(x, Matrix.zeros(2, IN), down),
        "expected a matrix after the activation with 6 rows, found shape [9, 6]");
    Expect.usage(() -> PushforwardRank.ofState(x, 0), "expected a width of 1 or more, found 0");
  }
}
