package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * KnOTS with TIES (Stoica et al. 2025, "Model merging with SVD to tie the Knots", arXiv
 * 2410.19735). The runs' matrices, side by side, are taken apart: {@code [W_1 ... W_n] = U S [V_1'
 * ... V_n']}. U is what all have in common; TIES combines the {@code S V_i'} {@code [k, in]}, and
 * the result is {@code U TIES(S V_1', ..., S V_n')}.
 *
 * <p>Nothing of the size of {@code [out, n in]} is made: with {@code [B_1 ... B_n] = Q R} and
 * {@code A_i' = P_i S_i}, the middle of {@code Q [R_1 S_1' ... R_n S_n'] diag(P_1', ..., P_n')} is
 * all that is to be taken apart, as wide as the sum of the ranks. Singular values that are at most
 * 1e-7 of the largest are dropped, so that a scale of the updates is one of the result (the paper's
 * code drops those below a fixed number). Entries at most 1e-12 of the largest are 0: a run that
 * has nothing of a common direction would otherwise have a say in it by its rounding. The result
 * has the rank that is left, exactly.
 *
 * <p>Trained values that are no matrices have no factors in common: their mean is taken.
 *
 * @param density share of the entries of each {@code S V_i'} that is kept, 0 to 1
 */
public record Knots(double density) implements CombineMethod {
  /** What float64 leaves of a 0, in parts of the largest singular value. */
  private static final double ROUNDING = 1e-12;

  /**
   * @throws IllegalArgumentException if the density is not from 0 to 1
   */
  public Knots {
    Ties.requireShare("density", density, density <= 1);
  }

  @Override
  public Truncated combine(EdgeUpdates updates) {
    return Truncated.exactly(updates.torch(), () -> combined(updates));
  }

  private LowRankUpdate combined(EdgeUpdates updates) {
    Decompositions.Qr left =
        Decompositions.qr(
            Tensor.cat(1, updates.updates().stream().map(LowRankUpdate::b).toArray(Tensor[]::new)));
    List<Tensor> own = new ArrayList<>(); // P_i
    List<Tensor> middle = new ArrayList<>(); // R_i S_i'
    long column = 0;
    for (LowRankUpdate update : updates.updates()) {
      Decompositions.Qr right = Decompositions.qr(update.a().t());
      own.add(right.q());
      middle.add(left.r().narrow(1, column, update.rank()).matmul(right.r().t()));
      column += update.rank();
    }
    Decompositions.Svd joined = Decompositions.svd(Tensor.cat(1, middle.toArray(Tensor[]::new)));
    int rank = Triplets.numericRank(joined.values());
    if (rank == 0) {
      return LowRankUpdate.zero(updates.torch(), updates.out(), updates.in());
    }
    Tensor common = left.q().matmul(joined.u().narrow(1, 0, rank));
    Tensor rows =
        joined.vt().narrow(0, 0, rank).mul(joined.values().narrow(0, 0, rank).unsqueeze(1));
    double rounding = ROUNDING * joined.values().narrow(0, 0, 1).item();
    SignElection election = new SignElection(Math.toIntExact(rank * updates.in()));
    column = 0;
    for (Tensor basis : own) {
      Tensor scaled = rows.narrow(1, column, basis.size(1)).matmul(basis.t());
      election.add(cleared(scaled.toDoubles(), rounding), density, 1);
      column += basis.size(1);
    }
    return new LowRankUpdate(
        common, updates.torch().of(DType.FLOAT64, election.means(), rank, updates.in()));
  }

  /** The same array, what is rounding set to 0. */
  private static double[] cleared(double[] values, double rounding) {
    for (int i = 0; i < values.length; i++) {
      if (Math.abs(values[i]) <= rounding) {
        values[i] = 0;
      }
    }
    return values;
  }
}
