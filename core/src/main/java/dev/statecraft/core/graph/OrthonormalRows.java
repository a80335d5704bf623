package dev.statecraft.core.graph;

import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;

/**
 * Orthonormal rows by the Gram-Schmidt process: the Q of {@code M' = Q R} with a positive diagonal
 * of R, so a matrix whose rows are orthonormal stays what it is and a small change of it makes a
 * small change. Every row is projected twice, after which it is orthogonal to rounding ("twice is
 * enough", Giraud et al. 2005).
 */
public final class OrthonormalRows {
  private OrthonormalRows() {}

  /** Makes the rows of a matrix {@code [r, n]} orthonormal, in place; r is at most n. */
  public static void make(Tensor matrix) {
    for (int i = 0; i < matrix.size(0); i++) {
      try (Scope scope = matrix.torch().scope()) {
        Tensor row = matrix.narrow(0, i, 1);
        if (i > 0) {
          Tensor before = matrix.narrow(0, 0, i);
          for (int pass = 0; pass < 2; pass++) {
            row.subInPlace(row.matmul(before.t()).matmul(before));
          }
        }
        row.divInPlace(row.square().sumKeep(1).sqrtInPlace());
      }
    }
  }
}
