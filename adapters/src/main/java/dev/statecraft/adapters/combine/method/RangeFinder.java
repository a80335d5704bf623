package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;

/**
 * A matrix as a product of factors, found by products with it: randomized subspace iteration
 * (Halko, Martinsson and Tropp 2011, "Finding structure with randomness", algorithms 4.4 and 5.1).
 * Random columns are multiplied by the matrix and its transpose by turns, and made orthonormal
 * after each product; what of the matrix lies in their span is truncated. It costs 2 {@link #TURNS}
 * + 2 products with twice as many columns as the rank and {@link #MORE}, and always draws the same
 * numbers.
 */
final class RangeFinder {
  private static final int MORE = 10;
  private static final int TURNS = 4;
  private static final long SEED = 0x5EED_0FA_4A6EL;

  private RangeFinder() {}

  /** See {@link LowRankUpdate#approximation}. */
  static Truncated approximation(Tensor full, int rank) {
    long out = full.size(0);
    long in = full.size(1);
    long least = Math.min(out, in);
    if (rank >= least) {
      Tensor identity = identity(full.torch(), least);
      return new Truncated(
          out <= in ? new LowRankUpdate(identity, full) : new LowRankUpdate(full, identity), 1);
    }
    Tensor range = range(full, Math.min(2L * rank + MORE, least));
    LowRankUpdate update =
        new LowRankUpdate(range, range.t().matmul(full)).truncated(rank).update();
    double norm = full.norm();
    // A has orthonormal rows, so B has the norm of the product.
    double share = norm == 0 ? 1 : Math.pow(update.b().norm() / norm, 2);
    return new Truncated(update, Math.min(share, 1));
  }

  /** Orthonormal columns {@code [out, columns]} that span nearly what the largest triplets do. */
  private static Tensor range(Tensor full, long columns) {
    Tensor transposed = full.t();
    try (Generator generator = full.torch().generator(SEED)) {
      Tensor start = full.torch().normal(generator, DType.FLOAT64, 0, 1, full.size(1), columns);
      Tensor range = Decompositions.orthonormalColumns(full.matmul(start));
      for (int i = 0; i < TURNS; i++) {
        Tensor other = Decompositions.orthonormalColumns(transposed.matmul(range));
        range = Decompositions.orthonormalColumns(full.matmul(other));
      }
      return range;
    }
  }

  private static Tensor identity(Torch torch, long size) {
    double[] diagonal = new double[Math.toIntExact(size * size)];
    for (int i = 0; i < size; i++) {
      diagonal[(int) (i * size + i)] = 1;
    }
    return torch.of(DType.FLOAT64, diagonal, size, size);
  }
}
