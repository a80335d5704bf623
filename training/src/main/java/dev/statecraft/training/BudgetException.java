package dev.statecraft.training;

import dev.statecraft.base.ByteSize;
import dev.statecraft.base.StatecraftException;

/** A training step that does not fit into its memory budget, however little it stores. */
public final class BudgetException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  private final long needed;
  private final long given;

  /**
   * A step that does not fit.
   *
   * @param what the step, such as {@code a micro-batch of 3 examples storing inputs}
   * @param needed the smallest budget that would work, in bytes
   * @param given the budget, in bytes
   */
  public BudgetException(String what, long needed, long given) {
    super(
        Kind.MEMORY,
        "memory.budget: "
            + what
            + " needs at least "
            + exact(needed)
            + ", found a budget of "
            + exact(given));
    this.needed = needed;
    this.given = given;
  }

  private static String exact(long bytes) {
    return ByteSize.shown(bytes) + " (" + bytes + " bytes)";
  }

  /** The smallest budget that would work, in bytes. */
  public long needed() {
    return needed;
  }

  /** The budget, in bytes. */
  public long given() {
    return given;
  }
}
