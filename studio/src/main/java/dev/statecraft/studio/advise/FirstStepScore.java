package dev.statecraft.studio.advise;

import dev.statecraft.control.theory.Matrix;
import dev.statecraft.core.control.advise.FirstStep;

/**
 * The promise of an edge's first step. With G the gradient of the loss with respect to B at B = 0
 * and C the mean of {@code h h'}, the natural step {@code -G C^-1} lowers the loss by {@code tr(G
 * C^-1 G')} for each unit of its size. The score is the root of that: by how much the loss falls
 * for each unit of what the step adds to the state. The direction is the step. Normalised so, the
 * score depends neither on how large the states are that the edge reads nor on the basis of A.
 */
public final class FirstStepScore {
  /**
   * Of the whole variance, added to C so that features that never vary promise nothing. Sums in
   * float32 leave up to a tenth of this where there is no variance.
   */
  private static final double RIDGE = 1e-6;

  private final double norm;
  private final double[] direction;

  private FirstStepScore(double norm, double[] direction) {
    this.norm = norm;
    this.direction = direction;
  }

  /**
   * Of what was seen.
   *
   * @param rows over which the moments are sums
   */
  public static FirstStepScore of(FirstStep seen, long rows) {
    int rank = seen.rank();
    Matrix covariance = matrix(seen.moments(), rank).scaled(1.0 / rows);
    double ridge = RIDGE * covariance.trace() + Double.MIN_NORMAL;
    Matrix gradient = matrix(seen.gradient(), rank);
    Matrix step =
        covariance
            .plus(Matrix.identity(rank).scaled(ridge))
            .solvePositiveDefinite(gradient.transpose());
    double promised = 0;
    double[] direction = new double[seen.gradient().length];
    for (int row = 0; row < gradient.rows(); row++) {
      for (int column = 0; column < rank; column++) {
        promised += gradient.at(row, column) * step.at(column, row);
        direction[row * rank + column] = -step.at(column, row);
      }
    }
    return new FirstStepScore(Math.sqrt(Math.max(0, promised)), direction);
  }

  private static Matrix matrix(double[] values, int columns) {
    double[][] rows = new double[values.length / columns][columns];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(values, row * columns, rows[row], 0, columns);
    }
    return Matrix.of(rows);
  }

  /** The root of what the step promises. */
  public double norm() {
    return norm;
  }

  /** The step, row by row: {@code B [out, r]}. */
  public double[] direction() {
    return direction.clone();
  }
}
