package dev.statecraft.control.theory;

import java.util.Arrays;

/**
 * A matrix whose rows and columns were brought to about the same length, {@code diag(rows) M
 * diag(columns)}. Its rank does not depend on units. Factors are powers of 2, so nothing is rounded
 * (Golub and Van Loan, Matrix Computations, section 3.5.2).
 *
 * @param matrix the product
 * @param rows {@code [rows, 1]}
 * @param columns {@code [columns, 1]}
 */
record EquilibratedMatrix(Matrix matrix, Matrix rows, Matrix columns) {
  /** Lengths settle quickly, and need not be equal. */
  private static final int PASSES = 8;

  static EquilibratedMatrix of(Matrix m) {
    Matrix rows = Matrix.zeros(m.rows(), 1).map(zero -> 1);
    Matrix columns = Matrix.zeros(m.columns(), 1).map(zero -> 1);
    Matrix scaled = m;
    for (int pass = 0; pass < PASSES; pass++) {
      Matrix byColumn = inverseLengths(scaled.transpose());
      scaled = scaled.timesDiagonal(byColumn);
      columns = columns.hadamard(byColumn);
      Matrix byRow = inverseLengths(scaled);
      scaled = scaled.transpose().timesDiagonal(byRow).transpose();
      rows = rows.hadamard(byRow);
    }
    return new EquilibratedMatrix(scaled, rows, columns);
  }

  /** Of each row about the inverse of its largest number; 1 of zeros. */
  private static Matrix inverseLengths(Matrix m) {
    return Matrix.column(
        Arrays.stream(m.toArray())
            .mapToDouble(row -> Arrays.stream(row).map(Math::abs).max().orElseThrow())
            .map(length -> length == 0 ? 1 : Math.scalb(1.0, -Math.getExponent(length)))
            .toArray());
  }
}
