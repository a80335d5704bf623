package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Units;
import dev.statecraft.base.UsageException;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.studio.engine.BenchRequest;
import dev.statecraft.studio.engine.BenchResult;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.InferenceRequest;
import dev.statecraft.studio.engine.InferenceResult;
import dev.statecraft.studio.engine.LengthRange;
import dev.statecraft.studio.recipe.Stores;
import dev.statecraft.training.ComputeOptions;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench}: what a training step takes on a model of a given shape. */
@Command(
    name = "bench",
    header = "Measures training steps on random weights of a given shape.",
    description =
        "Measures training steps on random weights of the shape that a config.json describes: "
            + "time, memory by category, and the memory that was predicted.")
public final class BenchCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private StepOptions step;
  @Mixin private BudgetOption budget;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The config.json of a model; no weights are read.")
  private String config;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description =
          "A method's name, or YAML such as '{name: lora, layers: last 2}'; with --inference also"
              + " several with commas in between, or all (its default).")
  private Optional<String> method;

  @Option(
      names = "--inference",
      description =
          "Measure answers instead: passes over prompts and single tokens after them, with each"
              + " method's edges and without.")
  private boolean inference;

  @Option(
      names = "--new-tokens",
      defaultValue = "32",
      paramLabel = "N",
      description = "With --inference: tokens after a prompt (default: ${DEFAULT-VALUE}).")
  private int newTokens;

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
      description =
          "Frozen linears inside layers: none, int8, nf4, int4, int4-64, int4-128 (default:"
              + " ${DEFAULT-VALUE}).")
  private String quantize;

  @Option(
      names = "--store",
      paramLabel = "POLICY",
      description =
          "States kept for the backward: all, cheap, mlp, inputs; or auto, the fastest mix that"
              + " fits the budget. Default: auto with a budget, cheap without.")
  private String store;

  @Option(
      names = "--lengths",
      paramLabel = "FROM-TO",
      description =
          "Pack B x T tokens of sequences of such lengths, e.g. 16-64, in place of B of T tokens;"
              + " with --inference tokens of prompts, e.g. 128,512.")
  private Optional<String> lengths;

  @Option(
      names = "--steps",
      defaultValue = "6",
      paramLabel = "N",
      description =
          "Steps to take; the first is not counted (default: ${DEFAULT-VALUE}). With --inference"
              + " how often each measurement is repeated.")
  private int steps;

  @Option(
      names = "--check",
      description = "Also measure the gradients' error against exact states.")
  private boolean check;

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
    ComputeOptions compute = step.compute(dtype, quantize);
    if (inference) {
      return inference(compute);
    }
    OptionalLong limit = budget.bytes(compute.device());
    BenchRequest request =
        new BenchRequest(
            console.path(config),
            step.method(
                method.orElseThrow(
                    () -> new UsageException("--method: expected a method, found none"))),
            step.batch(),
            step.sequence(),
            lengths.map(LengthRange::parse),
            compute,
            Stores.read(Optional.ofNullable(store), limit.isPresent()),
            limit,
            steps,
            profile,
            check);
    BenchResult result = engine.bench(request);
    if (json) {
      console.out().println(Json.line(result.toMap(request)));
      return 0;
    }
    Table table = new Table(List.of("figure", "value"));
    Map<String, Object> figures = result.toMap(request);
    figures.remove("profile"); // A table of its own.
    figures.forEach((name, value) -> addTo(table, name, value));
    console.out().print(table.render());
    if (profile) {
      console.out().println();
      console.out().print(ProfileTable.render(result.profile(), steps - 1));
    }
    return 0;
  }

  private int inference(ComputeOptions compute) throws IOException {
    Map<String, String> leftOut = new LinkedHashMap<>();
    InferenceRequest request =
        InferenceArguments.of(
            console.path(config), method, step, lengths, newTokens, compute, steps);
    InferenceResult result = engine.benchInference(request, leftOut::put);
    Map<String, Object> figures = result.toMap(request);
    if (!leftOut.isEmpty()) {
      figures.put("left_out", leftOut);
    }
    console.out().print(json ? Json.line(figures) + "\n" : InferenceTable.render(result, leftOut));
    return 0;
  }

  private static void addTo(Table table, String name, Object value) {
    if (value instanceof Map<?, ?> parts) {
      // Categories of memory speak for themselves.
      String prefix = name.equals("memory") ? "" : name + " ";
      parts.forEach((part, of) -> addTo(table, prefix + part, of));
    } else if (value instanceof Long bytes && !name.equals("trainable_parameters")) {
      table.row(List.of(name, Units.bytes(bytes)));
    } else if (value instanceof Double number) {
      table.row(List.of(name, Units.decimal(number)));
    } else {
      table.row(List.of(name, String.valueOf(value)));
    }
  }
}
