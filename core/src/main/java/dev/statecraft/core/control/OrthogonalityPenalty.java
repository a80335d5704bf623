package dev.statecraft.core.control;

import dev.statecraft.core.graph.StepContext;
import dev.statecraft.core.graph.StepRule;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * {@code w} times the mean of {@code ||M - I||} (Frobenius) over matrices, with {@code M = Q Q'}
 * for those whose rows, and {@code M = P' P} for those whose columns are to become orthonormal
 * (Zhang et al. 2023, equation 4, without squares, as PEFT has it). Gradients are {@code 2 w /
 * (count ||M - I||) (M - I) Q} and {@code ... P (M - I)}, and 0 where the norm is.
 *
 * @param rows names of the matrices {@code [r, n]}
 * @param columns names of the matrices {@code [n, r]}
 * @param weight w, 0 or more
 */
record OrthogonalityPenalty(List<String> rows, List<String> columns, double weight)
    implements StepRule {
  OrthogonalityPenalty {
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
  }

  @Override
  public Optional<Tensor> penalize(StepContext context) {
    if (weight == 0) {
      return Optional.empty();
    }
    double share = weight / (rows.size() + columns.size());
    DType type = context.value(rows.get(0)).dtype();
    Tensor total = context.torch().zeros(type, 1);
    for (String name : rows) {
      try (Scope scope = context.torch().scope()) {
        Tensor q = context.value(name);
        Tensor excess = excess(q, q.t(), total, share);
        context.gradient(name).addmmInPlace(excess, q, 1, 2 * share);
      }
    }
    for (String name : columns) {
      try (Scope scope = context.torch().scope()) {
        Tensor p = context.value(name);
        Tensor excess = excess(p.t(), p, total, share);
        context.gradient(name).addmmInPlace(p, excess, 1, 2 * share);
      }
    }
    return Optional.of(total);
  }

  /**
   * {@code (M - I) / ||M - I||} of {@code M = a b}, after the norm's share was added to the total.
   */
  private static Tensor excess(Tensor a, Tensor b, Tensor total, double share) {
    Tensor excess = identity(a).addmmInPlace(a, b, -1, 1);
    Tensor norm = excess.square().view(-1).sumKeep(0).sqrtInPlace();
    total.addInPlace(norm, share);
    return excess.divInPlace(norm.maskedFillInPlace(norm.equalTo(0), 1));
  }

  private static Tensor identity(Tensor rows) {
    long rank = rows.size(0);
    Tensor ones = rows.torch().full(rows.dtype(), 1, rank, rank);
    return ones.triu(0).subInPlace(ones.triu(1));
  }
}
