package dev.statecraft.cli.command;

import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.training.ComputeOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The size of a training step that is measured or predicted. */
final class StepOptions {
  @Option(
      names = "--rank",
      defaultValue = "8",
      paramLabel = "R",
      description = "Rank, where METHOD is a name (default: ${DEFAULT-VALUE}).")
  private int rank;

  @Option(
      names = "--batch",
      defaultValue = "4",
      paramLabel = "B",
      description = "Sequences or images of a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--seq",
      defaultValue = "256",
      paramLabel = "T",
      description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
  private int sequence;

  @Option(
      names = "--states",
      defaultValue = "exact",
      paramLabel = "FORMAT",
      description = "Form of stored states: exact, bfloat16, float8, int8 (${DEFAULT-VALUE}).")
  private String states;

  @Mixin private DeviceOption device;

  MethodRecipe method(String text) {
    return Methods.parse(text, rank);
  }

  ComputeOptions compute(String dtype, String quantize) {
    return new ComputeOptions(
        device.device(), DType.of(dtype), Quantization.of(quantize), StateFormat.of(states));
  }

  int batch() {
    return batch;
  }

  int sequence() {
    return sequence;
  }
}
