package dev.statecraft.cli.command;

import dev.statecraft.adapters.verify.Prompts;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.LogitsCheck;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a comparison of logits. */
final class CheckOptions {
  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description = "Texts to compare logits on, one a line (default: some of ours).")
  private String prompts;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      description =
          "The largest difference of logits, as a part of the largest logit (or of 1) "
              + "(default: 1e-4; 6e-3 where weights are float16, 5e-2 where bfloat16).")
  private Double tolerance;

  @Option(
      names = "--compute",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "Type that logits are computed in (default: ${DEFAULT-VALUE}).")
  private String dtype;

  @Mixin private DeviceOption device;

  LogitsCheck resolve(Console console) {
    return new LogitsCheck(
        Optional.ofNullable(prompts).map(file -> Prompts.read(console.path(file))),
        tolerance == null ? OptionalDouble.empty() : OptionalDouble.of(tolerance),
        DType.of(dtype),
        device());
  }

  Device device() {
    return device.device();
  }
}
