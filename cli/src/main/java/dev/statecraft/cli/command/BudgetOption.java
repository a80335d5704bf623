package dev.statecraft.cli.command;

import dev.statecraft.cli.recipe.Budget;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.run.AvailableMemory;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** The memory that a training step may take. */
final class BudgetOption {
  @Option(
      names = "--budget",
      paramLabel = "BYTES",
      description = "What tensors may take, such as 24GiB; or auto, what this machine has free.")
  private String budget;

  /**
   * The budget in bytes, if one was given.
   *
   * @throws RecipeException if it is no size
   */
  OptionalLong bytes() {
    if (budget == null) {
      return OptionalLong.empty();
    }
    Budget read;
    try {
      read = Budget.of(budget);
    } catch (IllegalArgumentException e) {
      throw new RecipeException("--" + e.getMessage(), e);
    }
    if (read instanceof Budget.Fixed fixed) {
      return OptionalLong.of(fixed.size().bytes());
    }
    return read.isGiven() ? OptionalLong.of(AvailableMemory.forTensors()) : OptionalLong.empty();
  }
}
