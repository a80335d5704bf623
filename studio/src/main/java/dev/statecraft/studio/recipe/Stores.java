package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.plan.StorePolicy;
import java.util.Optional;

/** Reads the store policy of a recipe or a command. */
public final class Stores {
  /** The word for policies that a memory budget decides. */
  public static final String AUTO = "auto";

  /** Costs next to nothing and stores a third. */
  static final StorePolicy USUAL = StorePolicy.CHEAP;

  private Stores() {}

  /**
   * A policy, or none where the budget decides.
   *
   * @param text what was asked for, if anything
   * @param budget whether there is a memory budget
   * @throws UsageException if there is no such policy, or no budget to decide
   */
  public static Optional<StorePolicy> read(Optional<String> text, boolean budget) {
    if (text.isEmpty()) {
      return budget ? Optional.empty() : Optional.of(USUAL);
    }
    if (!text.get().equals(AUTO)) {
      return Optional.of(StorePolicy.of(text.get()));
    }
    if (!budget) {
      throw new UsageException(
          "store: expected a memory budget for auto, found none; or all, cheap, mlp, inputs");
    }
    return Optional.empty();
  }
}
