package dev.statecraft.cli.command;

import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.tensor.DType;
import java.util.List;
import picocli.CommandLine.Option;

/** What a model that answers is held in. */
final class WeightTypeOption {
  private static final List<DType> KNOWN = List.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT64);

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description =
          "Type of the weights: float32, bfloat16 or float64 (default: ${DEFAULT-VALUE}).")
  private String dtype;

  /**
   * The type.
   *
   * @throws dev.statecraft.base.UsageException if nothing is computed in one that is called so
   */
  DType dtype() {
    DType type = DType.of(dtype);
    if (!KNOWN.contains(type)) {
      throw new RecipeException("--dtype: expected one of " + KNOWN + ", found '" + dtype + "'");
    }
    return type;
  }
}
