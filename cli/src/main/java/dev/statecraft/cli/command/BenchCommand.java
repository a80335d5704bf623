package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.BenchRequest;
import dev.statecraft.cli.engine.BenchResult;
import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.engine.LengthRange;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.cli.terminal.Units;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Quantization;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench}: what a training step takes on a model of a given shape. */
@Command(
    name = "bench",
    description = {
      "Measures training steps on random weights of the shape that a config.json describes:",
      "time, memory by category, and the memory that was predicted."
    })
public final class BenchCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private StepOptions step;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The config.json of a model; no weights are read.")
  private String config;

  @Option(
      names = "--method",
      required = true,
      paramLabel = "METHOD",
      description = "A method's name, or YAML such as '{name: lora, layers: last 2}'.")
  private String method;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "float32 or bfloat16 (default: ${DEFAULT-VALUE}).")
  private String dtype;

  @Option(
      names = "--quantize",
      defaultValue = "none",
      paramLabel = "FORMAT",
      description = "Frozen linears inside layers: none, int8, nf4 (default: ${DEFAULT-VALUE}).")
  private String quantize;

  @Option(
      names = "--store",
      defaultValue = "cheap",
      paramLabel = "POLICY",
      description = "States kept for the backward: all, cheap, mlp, inputs (${DEFAULT-VALUE}).")
  private String store;

  @Option(
      names = "--lengths",
      paramLabel = "FROM-TO",
      description =
          "Pack B x T tokens of sequences of such lengths, e.g. 16-64, in place of B of T tokens.")
  private Optional<String> lengths;

  @Option(
      names = "--steps",
      defaultValue = "6",
      paramLabel = "N",
      description = "Steps to take; the first is not counted (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--profile",
      description = "Measure each op by phase, and how much of it are matrix products.")
  private boolean profile;

  @Option(names = "--json", description = "Print the figures as one JSON object.")
  private boolean json;

  public BenchCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    BenchRequest request =
        new BenchRequest(
            console.path(config),
            step.method(method),
            step.batch(),
            step.sequence(),
            lengths.map(LengthRange::parse),
            DType.of(dtype),
            Quantization.of(quantize),
            StorePolicy.of(store),
            steps,
            profile);
    BenchResult result = engine.bench(request);
    if (json) {
      console.out().println(Json.line(result.toMap(request)));
      return 0;
    }
    Table table = new Table(List.of("figure", "value"));
    for (Map.Entry<String, Object> entry : result.toMap(request).entrySet()) {
      if (entry.getKey().equals("profile")) {
        continue; // A table of its own.
      }
      if (entry.getKey().equals("memory")) {
        result
            .memory()
            .forEach((category, bytes) -> table.row(List.of(category, Units.bytes(bytes))));
      } else if (entry.getKey().endsWith("_bytes") && entry.getValue() instanceof Long bytes) {
        table.row(List.of(entry.getKey(), Units.bytes(bytes)));
      } else if (entry.getValue() instanceof Double number) {
        table.row(List.of(entry.getKey(), Units.decimal(number)));
      } else {
        table.row(List.of(entry.getKey(), String.valueOf(entry.getValue())));
      }
    }
    console.out().print(table.render());
    if (profile) {
      console.out().println();
      console.out().print(ProfileTable.render(result.profile(), steps - 1));
    }
    return 0;
  }
}
