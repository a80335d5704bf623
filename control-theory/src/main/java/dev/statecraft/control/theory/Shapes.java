package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;

/** What sizes of matrices are asked for, and the one sentence that says which were found. */
final class Shapes {
  private Shapes() {}

  static void require(String name, Matrix matrix, int rows, int columns) {
    if (matrix.rows() != rows || matrix.columns() != columns) {
      throw new UsageException(
          "expected %s of shape [%d, %d], found [%d, %d]"
              .formatted(name, rows, columns, matrix.rows(), matrix.columns()));
    }
  }

  static void requireRows(String name, Matrix matrix, int rows) {
    if (matrix.rows() != rows) {
      throw new UsageException(
          "expected %s with %d rows, found shape [%d, %d]"
              .formatted(name, rows, matrix.rows(), matrix.columns()));
    }
  }

  static void requireColumns(String name, Matrix matrix, int columns) {
    if (matrix.columns() != columns) {
      throw new UsageException(
          "expected %s with %d columns, found shape [%d, %d]"
              .formatted(name, columns, matrix.rows(), matrix.columns()));
    }
  }

  static void requireSquare(String name, Matrix matrix) {
    if (matrix.rows() != matrix.columns()) {
      throw new UsageException(
          "expected %s square, found shape [%d, %d]"
              .formatted(name, matrix.rows(), matrix.columns()));
    }
  }

  /** Square, and equal to its transpose up to rounding. */
  static void requireSymmetric(String name, Matrix matrix) {
    requireSquare(name, matrix);
    double difference = matrix.minus(matrix.transpose()).largest();
    if (difference > 1e-9 * matrix.largest()) {
      throw new UsageException(
          "expected %s symmetric, found a value that differs from its mirror image by %s"
              .formatted(name, difference));
    }
  }

  /** Symmetric, with no eigenvalue below 0 by more than rounding. */
  static void requireSemidefinite(String name, Matrix matrix) {
    requireSymmetric(name, matrix);
    double rounding = 1e-9 * matrix.norm();
    if (rounding > 0
        && !matrix.plus(Matrix.identity(matrix.rows()).scaled(rounding)).isPositiveDefinite()) {
      throw new UsageException(
          "expected %s positive semidefinite, found an eigenvalue of %s"
              .formatted(name, matrix.symmetricEigenvalues()[0]));
    }
  }

  /** Symmetric, with positive eigenvalues only. */
  static void requireDefinite(String name, Matrix matrix) {
    requireSymmetric(name, matrix);
    if (!matrix.isPositiveDefinite()) {
      throw new UsageException(
          "expected %s positive definite, found an eigenvalue of %s"
              .formatted(name, matrix.symmetricEigenvalues()[0]));
    }
  }

  static void requireAtLeast(String name, int least, int value) {
    if (value < least) {
      throw new UsageException("expected %s of %d or more, found %d".formatted(name, least, value));
    }
  }

  static void requireSame(String name, int expected, int found) {
    if (expected != found) {
      throw new UsageException("expected %d %s, found %d".formatted(expected, name, found));
    }
  }

  static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new UsageException(
          "expected %s to be a finite number, found %s".formatted(name, value));
    }
  }
}
