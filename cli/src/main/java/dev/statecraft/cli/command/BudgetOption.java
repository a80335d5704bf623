package dev.statecraft.cli.command;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.recipe.Budget;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.AvailableMemory;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** The memory that a training step may take. */
final class BudgetOption {
  @Option(
      names = "--budget",
      paramLabel = "BYTES",
      description = "What tensors may take, such as 24GiB; or auto, what the device has free.")
  private String budget;

  /**
   * The budget in bytes, if one was given.
   *
   * @param device where the step would be taken
   * @throws RecipeException if it is no size
   */
  OptionalLong bytes(Device device) {
    if (budget == null) {
      return OptionalLong.empty();
    }
    Budget read;
    try {
      read = Budget.of(budget);
    } catch (UsageException e) {
      throw new RecipeException("--" + e.getMessage(), e);
    }
    if (read instanceof Budget.Fixed fixed) {
      return OptionalLong.of(fixed.size().bytes());
    }
    if (!read.isGiven()) {
      return OptionalLong.empty();
    }
    try (Torch torch = Torch.open(device)) {
      return OptionalLong.of(AvailableMemory.forTensors(torch));
    }
  }
}
