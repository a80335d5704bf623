package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;

/**
 * An update {@code B A} of a linear map, its scale in B. Float64, finite, in the scope of the
 * caller, as is every result; what is needed on the way is freed before a method returns. A result
 * may share storage with what it was made of, so neither is to be changed in place.
 *
 * @param b B {@code [out, r]}
 * @param a A {@code [r, in]}
 */
public record LowRankUpdate(Tensor b, Tensor a) {
  /**
   * @throws IllegalArgumentException if these are no two matrices in float64 that have a product,
   *     or r is 0
   */
  public LowRankUpdate {
    if (b.dim() != 2
        || a.dim() != 2
        || b.size(1) != a.size(0)
        || b.elements() == 0
        || a.elements() == 0
        || b.dtype() != DType.FLOAT64
        || a.dtype() != DType.FLOAT64) {
      throw new IllegalArgumentException(
          "expected float64 factors [out, r] and [r, in], found " + b + " and " + a);
    }
  }

  /** The update that changes nothing, of rank 1. */
  static LowRankUpdate zero(Torch torch, long out, long in) {
    return new LowRankUpdate(torch.zeros(DType.FLOAT64, out, 1), torch.zeros(DType.FLOAT64, 1, in));
  }

  /** r. */
  public int rank() {
    return Math.toIntExact(b.size(1));
  }

  /** Size of what the linear map gives. */
  public long out() {
    return b.size(0);
  }

  /** Size of what the linear map takes. */
  public long in() {
    return a.size(1);
  }

  /** {@code B A}, {@code [out, in]}. */
  public Tensor full() {
    return b.matmul(a);
  }

  /** {@code B A}, row-major, on the heap. */
  double[] values() {
    try (Scope scope = b.torch().scope()) {
      return full().toDoubles();
    }
  }

  /** {@code factor B A}. */
  public LowRankUpdate scaled(double factor) {
    return new LowRankUpdate(b.mul(factor), a.share());
  }

  /**
   * The sum of updates, their factors side by side: its rank is the sum of theirs.
   *
   * @throws IllegalArgumentException if there are none, or their sizes differ
   */
  public static LowRankUpdate sum(List<LowRankUpdate> parts) {
    requireAlike(parts);
    return new LowRankUpdate(
        Tensor.cat(1, parts.stream().map(LowRankUpdate::b).toArray(Tensor[]::new)),
        Tensor.cat(0, parts.stream().map(LowRankUpdate::a).toArray(Tensor[]::new)));
  }

  static void requireAlike(List<LowRankUpdate> updates) {
    if (updates.isEmpty()) {
      throw new IllegalArgumentException("expected an update, found none");
    }
    LowRankUpdate first = updates.get(0);
    for (LowRankUpdate update : updates) {
      if (update.out() != first.out() || update.in() != first.in()) {
        throw new IllegalArgumentException(
            "expected updates of one size, found %s %s and %s %s"
                .formatted(first.b, first.a, update.b, update.a));
      }
    }
  }

  /**
   * The best approximation of at most a rank (Eckart and Young 1936): QR of B and A', singular
   * values of the small product of both R. A is orthonormal then, and the singular values are in B.
   *
   * @throws IllegalArgumentException if the rank is not positive
   */
  public Truncated truncated(int rank) {
    if (rank < 1) {
      throw new IllegalArgumentException("rank: expected 1 or more, found " + rank);
    }
    return Truncated.computed(
        b.torch(),
        () -> {
          Triplets triplets = Triplets.of(this);
          return new Truncated(
              triplets.first(Math.min(rank, triplets.count())).update(),
              triplets.shareOfFirst(rank));
        });
  }

  /**
   * The same update without what is rounding alone: singular values that are at most 1e-7 of the
   * largest (adapters are in float32) are dropped. A zero update has rank 1, of zeros.
   */
  public LowRankUpdate reduced() {
    return Truncated.exactly(
            b.torch(),
            () -> {
              Triplets triplets = Triplets.of(this);
              int rank = triplets.numericRank();
              return rank == 0 ? zero(b.torch(), out(), in()) : triplets.first(rank).update();
            })
        .update();
  }

  /**
   * The same update with a rank that a matrix of this size can have: this one, unless its factors
   * are longer than they need to be.
   */
  LowRankUpdate withinSize() {
    long most = Math.min(out(), in());
    return rank() <= most ? this : truncated((int) most).update();
  }

  /**
   * A matrix that has no factors, such as an elementwise result, as an update of at most a rank:
   * see {@link RangeFinder}. Where the rank is the least size of the matrix or more the update is
   * exact, and one of its factors the identity.
   *
   * @param full {@code [out, in]}, float64
   * @throws IllegalArgumentException if the rank is not positive
   */
  public static Truncated approximation(Tensor full, int rank) {
    if (rank < 1) {
      throw new IllegalArgumentException("rank: expected 1 or more, found " + rank);
    }
    return Truncated.computed(full.torch(), () -> RangeFinder.approximation(full, rank));
  }
}
