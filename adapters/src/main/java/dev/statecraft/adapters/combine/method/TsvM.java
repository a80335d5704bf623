package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * TSV-M (Gargiulo et al. 2025, "Task Singular Vectors: Reducing Task Interference in Model
 * Merging", arXiv 2412.00081). Of every {@code W_i = U_i S_i V_i'} the k largest triplets are
 * taken, k = floor(min(out, in) / n). What runs have in common would count more than once, so the
 * joined {@code [U_1 ... U_n]} is replaced by the nearest matrix of orthonormal columns, the joined
 * V likewise, and the result is {@code U diag(S_1, ..., S_n) V'}.
 *
 * <p>k is at least 1, and no more than the run's matrix has singular values above 1e-7 of its
 * largest: of a triplet whose value is 0 the vectors are any, and the nearest matrix would depend
 * on them. For the same reason directions that the joined matrix does not have (runs that are
 * equal) are left out, so that a run combined with itself is that run. The result has the sum of
 * the k, exactly.
 *
 * <p>Trained values that are no matrices have no singular vectors: their mean is taken.
 */
public record TsvM() implements CombineMethod {
  @Override
  public Truncated combine(EdgeUpdates updates) {
    return Truncated.exactly(
        updates.torch(),
        () -> {
          int most = most(updates.out(), updates.in(), updates.count());
          List<Triplets> parts = new ArrayList<>();
          for (LowRankUpdate update : updates.updates()) {
            Triplets all = Triplets.of(update);
            int count = Math.min(most, all.numericRank());
            if (count > 0) {
              parts.add(all.first(count));
            }
          }
          return parts.isEmpty()
              ? LowRankUpdate.zero(updates.torch(), updates.out(), updates.in())
              : joined(parts);
        });
  }

  private static int most(long out, long in, int runs) {
    return Math.toIntExact(Math.max(1, Math.min(out, in) / runs));
  }

  /** The product of what triplets of all runs are brought to. */
  static LowRankUpdate joined(List<Triplets> parts) {
    Tensor u = Tensor.cat(1, parts.stream().map(Triplets::u).toArray(Tensor[]::new));
    Tensor values = Tensor.cat(0, parts.stream().map(Triplets::values).toArray(Tensor[]::new));
    Tensor vt = Tensor.cat(0, parts.stream().map(Triplets::vt).toArray(Tensor[]::new));
    return new LowRankUpdate(orthogonal(u).mul(values), orthogonal(vt.t()).t());
  }

  /**
   * The nearest matrix of orthonormal columns, the polar factor {@code P Q'} of {@code M = P D Q'}
   * (Fan and Hoffman 1955), of the directions that M has.
   */
  private static Tensor orthogonal(Tensor columns) {
    Decompositions.Qr parts = Decompositions.qr(columns);
    Decompositions.Svd small = Decompositions.svd(parts.r());
    int rank = Triplets.numericRank(small.values());
    return parts.q().matmul(small.u().narrow(1, 0, rank)).matmul(small.vt().narrow(0, 0, rank));
  }

  @Override
  public int rank(long out, long in, List<Integer> ranks) {
    int most = most(out, in, ranks.size());
    return EdgeUpdates.rankOfSum(
        out, in, ranks.stream().map(rank -> Math.min(rank, most)).toList());
  }
}
