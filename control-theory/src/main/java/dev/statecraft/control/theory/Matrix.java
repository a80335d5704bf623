package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
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

  /** Known when it was made: ojAlgo takes the time of a dense product for one with it. */
  private final boolean identity;

  private Matrix(MatrixStore<Double> store) {
    this(store, false);
  }

  private Matrix(MatrixStore<Double> store, boolean identity) {
    this.store = store;
    this.identity = identity;
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
    return new Matrix(R064Store.FACTORY.makeEye(size, size), true);
  }

  /**
   * These numbers on the diagonal, zeros elsewhere.
   *
   * @throws UsageException if there are none, or one is not finite
   */
  public static Matrix diagonal(double... numbers) {
    R064Store store = empty(numbers.length, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      Shapes.requireFinite("a number on the diagonal", numbers[i]);
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
    return identity ? this : new Matrix(R064Store.FACTORY.transpose(store));
  }

  /** The product {@code this right}. */
  public Matrix times(Matrix right) {
    Shapes.requireRows("a right factor", right, columns());
    if (identity || right.identity) {
      return identity ? right : this;
    }
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

  /** Every number replaced by a function of it. */
  public Matrix map(DoubleUnaryOperator function) {
    R064Store mapped = R064Store.FACTORY.make(rows(), columns());
    for (int j = 0; j < columns(); j++) {
      for (int i = 0; i < rows(); i++) {
        mapped.set(i, j, function.applyAsDouble(store.doubleValue(i, j)));
      }
    }
    return new Matrix(mapped);
  }

  /** The j-th column times the j-th number of {@code [columns, 1]}. */
  Matrix timesDiagonal(Matrix numbers) {
    Shapes.require("a diagonal", numbers, columns(), 1);
    R064Store product = R064Store.FACTORY.make(rows(), columns());
    for (int j = 0; j < columns(); j++) {
      for (int i = 0; i < rows(); i++) {
        product.set(i, j, store.doubleValue(i, j) * numbers.store.doubleValue(j, 0));
      }
    }
    return new Matrix(product);
  }

  /** {@code x' this x} of a column x. */
  public double quadratic(Matrix x) {
    return x.transpose().times(times(x)).at(0, 0);
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

  /** Which matrix stands at a place of a matrix of matrices. */
  interface Blocks {
    /** That of one row and column of blocks. */
    Matrix at(int row, int column);
  }

  /** A matrix of matrices; all of a row have as many rows, all of a column as many columns. */
  static Matrix blocks(int blockRows, int blockColumns, Blocks blocks) {
    int rows = 0;
    for (int i = 0; i < blockRows; i++) {
      rows += blocks.at(i, 0).rows();
    }
    int columns = 0;
    for (int j = 0; j < blockColumns; j++) {
      columns += blocks.at(0, j).columns();
    }
    R064Store whole = empty(rows, columns);
    int top = 0;
    for (int i = 0; i < blockRows; i++) {
      int left = 0;
      for (int j = 0; j < blockColumns; j++) {
        Matrix block = blocks.at(i, j);
        Shapes.require("a block", block, blocks.at(i, 0).rows(), blocks.at(0, j).columns());
        for (int column = 0; column < block.columns(); column++) {
          for (int row = 0; row < block.rows(); row++) {
            whole.set(top + row, left + column, block.store.doubleValue(row, column));
          }
        }
        left += block.columns();
      }
      top += blocks.at(i, 0).rows();
    }
    return new Matrix(whole);
  }

  /** This one's columns, and to their right the other's. */
  public Matrix beside(Matrix other) {
    Shapes.requireRows("a matrix beside it", other, rows());
    return blocks(1, 2, (row, column) -> column == 0 ? this : other);
  }

  /** This one's rows, and below them the other's. */
  public Matrix above(Matrix other) {
    Shapes.requireColumns("a matrix below it", other, columns());
    return blocks(2, 1, (row, column) -> row == 0 ? this : other);
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
    double least = svd.values().at(0, 0) * Math.max(rows(), columns()) * Math.ulp(1.0);
    Matrix inverted = svd.values().map(value -> value > least ? 1 / value : 0);
    return svd.right().timesDiagonal(inverted).times(svd.left().transpose());
  }

  /** All {@code min(rows, columns)} singular values, largest first. */
  public double[] singularValues() {
    SingularValue<Double> decomposition = SingularValue.R064.make(store);
    decomposition.computeValuesOnly(store);
    double[] values = new double[Math.min(rows(), columns())];
    decomposition.getSingularValues(values);
    return values;
  }

  /**
   * A thin singular value decomposition, {@code left diag(values) right'}.
   *
   * @param left {@code [rows, n]}
   * @param values {@code [n, 1]}, largest first
   * @param right {@code [columns, n]}
   */
  record Factors(Matrix left, Matrix values, Matrix right) {}

  /** Its thin singular value decomposition. */
  Factors svd() {
    SingularValue<Double> decomposition = SingularValue.R064.make(store);
    decomposition.decompose(store);
    int count = Math.min(rows(), columns());
    double[] values = new double[count];
    decomposition.getSingularValues(values);
    return new Factors(
        new Matrix(decomposition.getU().limits(rows(), count).copy()),
        column(values),
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

  /** Whether a symmetric matrix has positive eigenvalues only, by Cholesky's decomposition. */
  boolean isPositiveDefinite() {
    Cholesky<Double> decomposition = Cholesky.R064.make(store);
    decomposition.decompose(store);
    return decomposition.isSPD();
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
    R064Store mean = R064Store.FACTORY.make(rows(), rows());
    for (int j = 0; j < rows(); j++) {
      for (int i = 0; i < rows(); i++) {
        mean.set(i, j, 0.5 * (store.doubleValue(i, j) + store.doubleValue(j, i)));
      }
    }
    return new Matrix(mean);
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
