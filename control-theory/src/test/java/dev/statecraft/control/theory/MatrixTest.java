package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixTest {
  private static final Matrix M = Matrix.of(new double[][] {{1, 2, 3}, {4, 5, 6}});

  private final Random random = new Random(7);

  @Test
  void showsItsNumbers() {
    assertThat(M.rows()).isEqualTo(2);
    assertThat(M.columns()).isEqualTo(3);
    assertThat(M.at(1, 0)).isEqualTo(4);
    assertThat(M.transpose().toArray()).isDeepEqualTo(new double[][] {{1, 4}, {2, 5}, {3, 6}});
    assertThat(M.columnSums()).containsExactly(5, 7, 9);
    assertThat(M.rowSums()).containsExactly(6, 15);
    assertThat(M.largest()).isEqualTo(6);
    assertThat(M.norm()).isCloseTo(Math.sqrt(91), within(1e-14));
    assertThat(M).hasToString("[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]");
    assertThat(Matrix.zeros(9, 8)).hasToString("[9, 8] numbers");
  }

  @Test
  void computes() {
    assertThat(M.times(M.transpose())).isEqualTo(Matrix.of(new double[][] {{14, 32}, {32, 77}}));
    assertThat(M.plus(M)).isEqualTo(M.scaled(2)).hasSameHashCodeAs(M.scaled(2));
    assertThat(M.minus(M)).isEqualTo(Matrix.zeros(2, 3));
    assertThat(M.hadamard(M)).isEqualTo(M.map(x -> x * x));
    assertThat(M.beside(Matrix.column(7, 8)).toArray()[1]).containsExactly(4, 5, 6, 8);
    assertThat(M.above(Matrix.row(7, 8, 9)).toArray()[2]).containsExactly(7, 8, 9);
    assertThat(M.block(0, 1, 2, 2)).isEqualTo(Matrix.of(new double[][] {{2, 3}, {5, 6}}));
    assertThat(M.timesDiagonal(Matrix.column(1, 0, 2)).toArray()[1]).containsExactly(4, 0, 12);
    assertThat(Matrix.diagonal(1, 2).quadratic(Matrix.column(3, 1))).isEqualTo(11);
    assertThat(Matrix.diagonal(1, 2).trace()).isEqualTo(3);
  }

  @Test
  void identityIsNeutral() {
    Matrix square = Matrix.gaussian(3, 3, random);
    assertThat(Matrix.identity(2).times(M)).isEqualTo(M);
    assertThat(M.times(Matrix.identity(3))).isEqualTo(M);
    assertThat(Matrix.identity(3).transpose()).isEqualTo(Matrix.diagonal(1, 1, 1));
    assertThat(Matrix.identity(3).scaled(2).times(square)).isEqualTo(square.scaled(2));
    assertThat(square.plus(Matrix.identity(3)).minus(square).trace()).isCloseTo(3, within(1e-12));
  }

  @Test
  void whatIsReadIsACopy() {
    double[][] numbers = {{1, 2}, {3, 4}};
    Matrix matrix = Matrix.of(numbers);
    numbers[0][0] = 9;
    matrix.toArray()[1][1] = 9;
    assertThat(matrix).isEqualTo(Matrix.of(new double[][] {{1, 2}, {3, 4}}));
  }

  @Test
  void solves() {
    Matrix a = Matrix.gaussian(20, 20, random);
    Matrix b = Matrix.gaussian(20, 3, random);
    Expect.close(a.times(a.solve(b)), b, 1e-11);
    Expect.close(a.inverse().times(a), Matrix.identity(20), 1e-11);
    Matrix symmetric = RandomSystems.positiveDefinite(20, random);
    Expect.close(symmetric.times(symmetric.solvePositiveDefinite(b)), b, 1e-11);
  }

  /** The four conditions of Penrose, of which the pseudo-inverse is the only solution. */
  @ParameterizedTest
  @CsvSource({"4, 4, 4", "3, 7, 3", "7, 3, 3", "6, 5, 2", "5, 8, 1"})
  void pseudoInverse(int rows, int columns, int rank) {
    Matrix a = RandomSystems.ofRank(rank, rows, columns, random);
    Matrix p = a.pseudoInverse();
    Expect.close(a.times(p).times(a), a, 1e-12);
    Expect.close(p.times(a).times(p), p, 1e-12);
    Expect.close(a.times(p).transpose(), a.times(p), 1e-12);
    Expect.close(p.times(a).transpose(), p.times(a), 1e-12);
    assertThat(a.rank(1e-12)).isEqualTo(rank);
  }

  @Test
  void pseudoInverseOfZerosIsZeros() {
    assertThat(Matrix.zeros(2, 3).pseudoInverse()).isEqualTo(Matrix.zeros(3, 2));
    assertThat(Matrix.zeros(2, 3).rank(0)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"5, 5", "3, 9", "9, 3"})
  void singularVectors(int rows, int columns) {
    Matrix a = Matrix.gaussian(rows, columns, random);
    Matrix.Factors svd = a.svd();
    Expect.close(svd.left().timesDiagonal(svd.values()).times(svd.right().transpose()), a, 1e-13);
    assertThat(a.singularValues())
        .hasSize(Math.min(rows, columns))
        .isSortedAccordingTo((x, y) -> Double.compare(y, x))
        .containsExactly(svd.values().transpose().toArray()[0], within(1e-12));
  }

  @Test
  void eigenvalues() {
    Matrix turn = Matrix.of(new double[][] {{0, -2, 0}, {2, 0, 0}, {0, 0, -3}});
    assertThat(turn.eigenvalues().get(0).real()).isCloseTo(-3, within(1e-14));
    assertThat(turn.eigenvalues().subList(1, 3))
        .extracting(value -> Math.abs(value.imaginary()))
        .allSatisfy(value -> assertThat(value).isCloseTo(2, within(1e-14)));
    assertThat(turn.spectralRadius()).isCloseTo(3, within(1e-14));
    assertThat(Matrix.diagonal(2, -1).symmetricEigenvalues())
        .containsExactly(new double[] {-1, 2}, within(1e-14));
  }

  @Test
  void positiveDefiniteIsWithoutZeros() {
    assertThat(RandomSystems.positiveDefinite(9, random).isPositiveDefinite()).isTrue();
    assertThat(Matrix.diagonal(3, 1e-6).isPositiveDefinite()).isTrue();
    assertThat(Matrix.diagonal(3, 0).isPositiveDefinite()).isFalse();
    assertThat(Matrix.diagonal(3, -1e-6).isPositiveDefinite()).isFalse();
  }

  @Test
  void refuses() {
    Expect.usage(
        () -> Matrix.of(new double[0][0]),
        "expected a matrix of 1 to 4096 rows and columns, found [0, 0]");
    Expect.usage(
        () -> Matrix.identity(5000),
        "expected a matrix of 1 to 4096 rows and columns, found [5000, 5000]");
    Expect.usage(
        () -> Matrix.of(new double[][] {{1, 2}, {3}}),
        "expected rows of 2 numbers, found 1 in row 1");
    Expect.usage(
        () -> Matrix.row(1, Double.NaN), "expected finite numbers, found NaN in row 0, column 1");
    Expect.usage(
        () -> Matrix.diagonal(1, Double.NaN),
        "expected a number on the diagonal to be a finite number, found NaN");
    Expect.usage(() -> M.scaled(Double.NaN), "expected a factor to be a finite number, found NaN");
    Expect.usage(() -> M.times(M), "expected a right factor with 3 rows, found shape [2, 3]");
    Expect.usage(() -> M.plus(M.transpose()), "expected a summand of shape [2, 3], found [3, 2]");
    Expect.usage(
        () -> M.minus(M.transpose()), "expected a subtrahend of shape [2, 3], found [3, 2]");
    Expect.usage(M::trace, "expected a matrix with a trace square, found shape [2, 3]");
    Expect.usage(M::inverse, "expected a matrix to solve with square, found shape [2, 3]");
    Expect.usage(M::eigenvalues, "expected a matrix with eigenvalues square, found shape [2, 3]");
    Expect.usage(() -> M.at(2, 0), "expected a place within [2, 3], found row 2, column 0");
    Expect.usage(
        () -> Matrix.diagonal(1, 0).inverse(),
        "expected a matrix with an inverse, found a singular one");
    Expect.usage(
        () -> Matrix.diagonal(1, -1).solvePositiveDefinite(Matrix.column(1, 1)),
        "expected a matrix that is positive definite, found one that is not");
    Expect.usage(() -> M.rank(1), "expected a tolerance from 0 to below 1, found 1.0");
    Expect.usage(
        () -> M.beside(Matrix.row(1)),
        "expected a matrix beside it with 2 rows, found shape [1, 1]");
    Expect.usage(
        () -> M.above(Matrix.row(1)),
        "expected a matrix below it with 3 columns, found shape [1, 1]");
  }
}
