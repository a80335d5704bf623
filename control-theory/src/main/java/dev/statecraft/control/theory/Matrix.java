package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.ojalgo.function.aggregator.Aggregator;
import org.ojalgo.matrix.decomposition.Cholesky;
import org.ojalgo.matrix.decomposition.Eigenvalue;
import org.ojalgo.matrix.decomposition.LU;
import org.ojalgo.matrix.decomposition.MatrixDecomposition;
import org.ojalgo.matrix.decomposition.SingularValue;
import org.ojalgo.matrix.store.MatrixStore;
import org.ojalgo.matrix.store.R064Store;

/**
 * A dense matrix of float64 numbers, {@code [rows, columns]}, that never changes. A vector is a
 * matrix of one column. Sums and products are ojAlgo's, and so are all decompositions.
 */
public final class Matrix {
  /** No side is longer: a square matrix of that size takes 128 MiB. */
  private static final int LONGEST_SIDE = 4096;

  private final MatrixStore<Double> store;

  Matrix(MatrixStore<Double> store) {
    this.store = store;
  }

  /**
   * The matrix of these rows.
   *
   * @throws UsageException if there are none, their lengths differ, or a number is not finite
   */
  public static Matrix of(double[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    R064Store store = empty(rows.length, columns);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new UsageException(
            "expected rows of %d numbers, found %d in row %d"
                .formatted(columns, rows[i].length, i));
      }
      for (int j = 0; j < columns; j++) {
        if (!Double.isFinite(rows[i][j])) {
          throw new UsageException(
              "expected finite numbers, found %s in row %d, column %d".formatted(rows[i][j], i, j));
        }
        store.set(i, j, rows[i][j]);
      }
    }
    return new Matrix(store);
  }

  /** The matrix of one column, {@code [numbers, 1]}. */
  public static Matrix column(double... numbers) {
    return of(Arrays.stream(numbers).mapToObj(x -> new double[] {x}).toArray(double[][]::new));
  }

  /** The matrix of one row, {@code [1, numbers]}. */
  public static Matrix row(double... numbers) {
    return of(new double[][] {numbers});
  }

  /** Ones on the diagonal; products with it cost nothing. */
  public static Matrix identity(int size) {
    bounded(size, size);
    return new Matrix(R064Store.FACTORY.makeIdentity(size));
  }

  /** These numbers on the diagonal, zeros elsewhere. */
  public static Matrix diagonal(double... numbers) {
    R064Store store = empty(numbers.length, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      store.set(i, i, numbers[i]);
    }
    return new Matrix(store);
  }

  /** Zeros. */
  public static Matrix zeros(int rows, int columns) {
    return new Matrix(empty(rows, columns));
  }

  /** Numbers of a standard normal distribution. */
  public static Matrix gaussian(int rows, int columns, Random random) {
    R064Store store = empty(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        store.set(i, j, random.nextGaussian());
      }
    }
    return new Matrix(store);
  }

  private static R064Store empty(int rows, int columns) {
    bounded(rows, columns);
    return R064Store.FACTORY.make(rows, columns);
  }

  private static void bounded(int rows, int columns) {
    if (rows < 1 || columns < 1 || rows > LONGEST_SIDE || columns > LONGEST_SIDE) {
      throw new UsageException(
          "expected a matrix of 1 to %d rows and columns, found [%d, %d]"
              .formatted(LONGEST_SIDE, rows, columns));
    }
  }

  /** How many rows it has. */
  public int rows() {
    return store.getRowDim();
  }

  /** How many columns it has. */
  public int columns() {
    return store.getColDim();
  }

  /** One number of it. */
  public double at(int row, int column) {
    if (row < 0 || row >= rows() || column < 0 || column >= columns()) {
      throw new UsageException(
          "expected a place within [%d, %d], found row %d, column %d"
              .formatted(rows(), columns(), row, column));
    }
    return store.doubleValue(row, column);
  }

  /** The mirror image, {@code [columns, rows]}. */
  public Matrix transpose() {
    return new Matrix(R064Store.FACTORY.transpose(store));
  }

  /** The product {@code this right}. */
  public Matrix times(Matrix right) {
    Shapes.requireRows("a right factor", right, columns());
    return new Matrix(store.multiply(right.store));
  }

  /** The sum of both. */
  public Matrix plus(Matrix other) {
    Shapes.require("a summand", other, rows(), columns());
    return new Matrix(store.add(other.store));
  }

  /** The difference of both. */
  public Matrix minus(Matrix other) {
    Shapes.require("a subtrahend", other, rows(), columns());
    return new Matrix(store.subtract(other.store));
  }

  /** Every number times a factor. */
  public Matrix scaled(double factor) {
    Shapes.requireFinite("a factor", factor);
    return new Matrix(R064Store.FACTORY.copy(store.multiply(factor)));
  }

  /** The products of numbers at the same place. */
  public Matrix hadamard(Matrix other) {
    Shapes.require("a factor", other, rows(), columns());
    R064Store product = R064Store.FACTORY.make(rows(), columns());
    for (int j = 0; j < columns(); j++) {
      for (int i = 0; i < rows(); i++) {
        product.set(i, j, store.doubleValue(i, j) * other.store.doubleValue(i, j));
      }
    }
    return new Matrix(product);
  }

  /** This one's columns, and to their right the other's. */
  public Matrix beside(Matrix other) {
    Shapes.requireRows("a matrix beside it", other, rows());
    bounded(rows(), columns() + other.columns());
    return new Matrix(R064Store.FACTORY.copy(store.right(other.store)));
  }

  /** This one's rows, and below them the other's. */
  public Matrix above(Matrix other) {
    Shapes.requireColumns("a matrix below it", other, columns());
    bounded(rows() + other.rows(), columns());
    return new Matrix(R064Store.FACTORY.copy(store.below(other.store)));
  }

  /** Some rows and columns of it, by where they begin and how many they are. */
  public Matrix block(int row, int column, int rows, int columns) {
    bounded(rows, columns);
    at(row, column);
    at(row + rows - 1, column + columns - 1);
    return new Matrix(R064Store.FACTORY.copy(store.offsets(row, column).limits(rows, columns)));
  }

  /**
   * The solution X of {@code this X = right}.
   *
   * @throws UsageException if this one is not square or has no inverse
   */
  public Matrix solve(Matrix right) {
    Shapes.requireSquare("a matrix to solve with", this);
    Shapes.requireRows("a right side", right, rows());
    return solved(LU.R064.make(store), right, "with an inverse, found a singular one");
  }

  /**
   * The solution X of {@code this X = right} for a symmetric positive definite one, at half the
   * cost.
   *
   * @throws UsageException if it is not positive definite
   */
  public Matrix solvePositiveDefinite(Matrix right) {
    Shapes.requireSquare("a matrix to solve with", this);
    Shapes.requireRows("a right side", right, rows());
    return solved(
        Cholesky.R064.make(store), right, "that is positive definite, found one that is not");
  }

  private Matrix solved(MatrixDecomposition.Solver<Double> solver, Matrix right, String otherwise) {
    if (!solver.compute(store)) {
      throw new UsageException("expected a matrix " + otherwise);
    }
    return new Matrix(solver.getSolution(right.store));
  }

  /**
   * The inverse. {@link #solve} is what most formulas with an inverse ask for.
   *
   * @throws UsageException if there is none
   */
  public Matrix inverse() {
    return solve(identity(rows()));
  }

  /**
   * The inverse of Moore and Penrose: singular values below {@code max(rows, columns)} roundings of
   * the largest count as 0.
   */
  public Matrix pseudoInverse() {
    Factors svd = svd();
    double[] values = svd.values();
    double least = values[0] * Math.max(rows(), columns()) * Math.ulp(1.0);
    double[] inverted = Arrays.stream(values).map(s -> s > least ? 1 / s : 0).toArray();
    return svd.right().times(diagonal(inverted)).times(svd.left().transpose());
  }

  /** All {@code min(rows, columns)} singular values, largest first. */
  public double[] singularValues() {
    SingularValue<Double> decomposition = SingularValue.R064.make(store);
    decomposition.computeValuesOnly(store);
    return descending(
        Math.min(rows(), columns()),
        i -> decomposition.getSingularValues().get(i),
        decomposition.getSingularValues().size());
  }

  private static double[] descending(int count, IntToDoubleFunction values, int known) {
    double[] sorted = new double[count];
    Arrays.setAll(sorted, i -> i < known ? values.applyAsDouble(i) : 0);
    Arrays.sort(sorted);
    for (int i = 0; i < count / 2; i++) {
      double smaller = sorted[i];
      sorted[i] = sorted[count - 1 - i];
      sorted[count - 1 - i] = smaller;
    }
    return sorted;
  }

  /** Left {@code [rows, n]} and right {@code [columns, n]} singular vectors of its n values. */
  record Factors(Matrix left, double[] values, Matrix right) {}

  /** Its thin singular value decomposition. */
  Factors svd() {
    SingularValue<Double> decomposition = SingularValue.R064.make(store);
    decomposition.decompose(store);
    int count = Math.min(rows(), columns());
    double[] values = new double[count];
    decomposition.getSingularValues(values);
    return new Factors(
        new Matrix(decomposition.getU().limits(rows(), count).copy()),
        values,
        new Matrix(decomposition.getV().limits(columns(), count).copy()));
  }

  /** How many singular values are above {@code tolerance} times the largest. */
  public int rank(double tolerance) {
    return SingularValues.rank(singularValues(), tolerance);
  }

  /**
   * Its eigenvalues, largest magnitude first.
   *
   * @throws UsageException if it is not square
   */
  public List<Complex> eigenvalues() {
    Shapes.requireSquare("a matrix with eigenvalues", this);
    Eigenvalue<Double> decomposition = Eigenvalue.R064.make(store, false);
    decomposition.computeValuesOnly(store);
    List<Complex> values = new ArrayList<>();
    decomposition
        .getEigenvalues()
        .forEach(value -> values.add(new Complex(value.getReal(), value.getImaginary())));
    values.sort((a, b) -> Double.compare(b.magnitude(), a.magnitude()));
    return List.copyOf(values);
  }

  /** The largest magnitude of an eigenvalue. */
  public double spectralRadius() {
    return eigenvalues().get(0).magnitude();
  }

  /** Eigenvalues of a symmetric matrix, smallest first. */
  double[] symmetricEigenvalues() {
    Eigenvalue<Double> decomposition = Eigenvalue.R064.make(store, true);
    decomposition.computeValuesOnly(store);
    double[] values = new double[rows()];
    Arrays.setAll(values, i -> decomposition.getEigenvalues().get(i).getReal());
    Arrays.sort(values);
    return values;
  }

  /**
   * The sum of the diagonal.
   *
   * @throws UsageException if it is not square
   */
  public double trace() {
    Shapes.requireSquare("a matrix with a trace", this);
    return store.aggregateDiagonal(Aggregator.SUM);
  }

  /** The largest magnitude of a number of it. */
  public double largest() {
    return store.aggregateAll(Aggregator.LARGEST);
  }

  /** The root of the sum of all squares. */
  public double norm() {
    return store.aggregateAll(Aggregator.NORM2);
  }

  /** The mean of it and its transpose: what rounding took from a symmetric one is put back. */
  Matrix symmetrized() {
    return plus(transpose()).scaled(0.5);
  }

  /** The sums of its columns, {@code [columns]}. */
  public double[] columnSums() {
    double[] sums = new double[columns()];
    Arrays.setAll(sums, j -> store.aggregateColumn(j, Aggregator.SUM));
    return sums;
  }

  /** The sums of its rows, {@code [rows]}. */
  public double[] rowSums() {
    double[] sums = new double[rows()];
    Arrays.setAll(sums, i -> store.aggregateRow(i, Aggregator.SUM));
    return sums;
  }

  /** A copy of its numbers, row by row. */
  public double[][] toArray() {
    double[][] rows = new double[rows()][columns()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = store.doubleValue(i, j);
      }
    }
    return rows;
  }

  MatrixStore<Double> store() {
    return store;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Matrix matrix && Arrays.deepEquals(toArray(), matrix.toArray());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(toArray());
  }

  @Override
  public String toString() {
    return rows() * columns() <= 64
        ? Arrays.deepToString(toArray())
        : "[%d, %d] numbers".formatted(rows(), columns());
  }
}
