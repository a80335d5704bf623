package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.AdapterSource;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.MergeRequest;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code merge}: a model with an adapter in its weights. */
@Command(
    name = "merge",
    header = "Writes a model with an adapter merged into its weights.",
    description =
        "Writes a model with an adapter (lora, dora, vera, adalora, qa-lora, full, probe) in its"
            + " weights: the same files, a piece of a tensor in memory at a time.")
public final class MergeCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private AdapterOptions adapter;
  @Mixin private OutputOptions output;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "Type of the weights written: float64, float32, bfloat16, float16 "
              + "(default: each as in the model).")
  private String dtype;

  @Option(
      names = "--keep-quantized",
      description =
          "Of a qa-lora adapter: write the linears in int4, with the update in their zero points;"
              + " transformers does not read that.")
  private boolean keepQuantized;

  @Option(
      names = "--verify",
      description = "Compare the logits with the adapter's before the model is in place.")
  private boolean verified;

  @Mixin private CheckOptions check;

  public MergeCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    AdapterSource source = adapter.resolve(console);
    source
        .recipe()
        .filter(recipe -> recipe.quantize() != Quantization.NONE)
        .filter(recipe -> !recipe.method().fitsZeroPoints(recipe.quantize()))
        .ifPresent(
            recipe ->
                console
                    .err()
                    .println(
                        "the run was trained on "
                            + recipe.quantize().label()
                            + " weights; it is merged into those that the model came with"));
    output.report(
        console,
        engine.merge(
            new MergeRequest(
                source,
                Optional.ofNullable(dtype).map(DType::of),
                keepQuantized,
                check.device(),
                output.to(console),
                output.force(),
                verified ? Optional.of(check.resolve(console)) : Optional.empty())));
    return 0;
  }
}
