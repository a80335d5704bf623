package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Tensor;

/**
 * Singular triplets of a matrix of low rank, {@code U diag(s) V'}.
 *
 * @param u orthonormal columns {@code [out, k]}
 * @param values s, {@code [k]}, in descending order
 * @param vt V', orthonormal rows {@code [k, in]}
 */
record Triplets(Tensor u, Tensor values, Tensor vt) {
  /** What is at most so much of the largest singular value is rounding of float32. */
  private static final double NEGLIGIBLE = 1e-7;

  /**
   * With {@code B = Q R} and {@code A' = P S}, {@code B A = Q (R S') P'}: only the product in
   * brackets, {@code [r, r]}, has to be taken apart.
   */
  static Triplets of(LowRankUpdate update) {
    Decompositions.Qr left = Decompositions.qr(update.b());
    Decompositions.Qr right = Decompositions.qr(update.a().t());
    Decompositions.Svd small = Decompositions.svd(left.r().matmul(right.r().t()));
    return new Triplets(
        left.q().matmul(small.u()), small.values(), small.vt().matmul(right.q().t()));
  }

  int count() {
    return Math.toIntExact(values.elements());
  }

  /** How many of these singular values are more than rounding; 0 of a zero matrix. */
  int numericRank() {
    return numericRank(values);
  }

  /** How many of some singular values, in descending order, are more than rounding. */
  static int numericRank(Tensor descending) {
    double[] values = descending.toDoubles();
    int rank = 0;
    while (rank < values.length && values[rank] > NEGLIGIBLE * values[0]) {
      rank++;
    }
    return rank;
  }

  /** The largest. */
  Triplets first(int count) {
    return new Triplets(u.narrow(1, 0, count), values.narrow(0, 0, count), vt.narrow(0, 0, count));
  }

  /** What the largest have of the squared norm. */
  double shareOfFirst(int count) {
    double[] all = values.toDoubles();
    double first = 0;
    double total = 0;
    for (int i = 0; i < all.length; i++) {
      double square = all[i] * all[i];
      total += square;
      if (i < count) {
        first += square;
      }
    }
    return total == 0 ? 1 : first / total;
  }

  /** {@code B = U diag(s)}, {@code A = V'}. */
  LowRankUpdate update() {
    return new LowRankUpdate(u.mul(values), vt.copy());
  }
}
