package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.function.Supplier;

/**
 * An update, and how much of what it stands for it is.
 *
 * @param update of low rank
 * @param kept share of the squared Frobenius norm, 0 to 1; 1 of what is zero
 */
public record Truncated(LowRankUpdate update, double kept) {

  /** What a computation gives, in the caller's scope; all else that it makes is freed. */
  static Truncated computed(Torch torch, Supplier<Truncated> computation) {
    Tensor b;
    Tensor a;
    double kept;
    try (Scope scope = torch.scope()) {
      Truncated result = computation.get();
      // New handles: the result's own may be somebody else's, who goes on to own them.
      b = result.update().b().share().escape();
      a = result.update().a().share().escape();
      kept = result.kept();
    }
    try (b;
        a) {
      return new Truncated(new LowRankUpdate(b.share(), a.share()), kept);
    }
  }

  /** The same of a computation that leaves nothing out. */
  static Truncated exactly(Torch torch, Supplier<LowRankUpdate> computation) {
    return computed(torch, () -> new Truncated(computation.get().withinSize(), 1));
  }
}
