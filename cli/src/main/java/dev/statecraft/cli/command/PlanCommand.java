package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.engine.PlanRequest;
import dev.statecraft.cli.engine.PlanRow;
import dev.statecraft.cli.recipe.Method;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.cli.terminal.Units;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan}: predicted memory of training steps, without weights. */
@Command(
    name = "plan",
    description = {
      "Predicts the memory of a training step for each method and store policy, from a config.json",
      "alone. The step is run without memory, so the prediction is the measurement to come."
    })
public final class PlanCommand implements Callable<Integer> {
  private static final List<String> METHODS =
      List.of("lora", "dora", "control", "double-control", "control+lora", "adapter", "full");

  private final Console console;
  private final Engine engine;

  @Mixin private StepOptions step;

  @Option(
      names = {"--model", "--config"},
      required = true,
      paramLabel = "PATH",
      description = "A model folder, or a config.json.")
  private String model;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description = "One method's name, or YAML; all seven if absent (not full if quantized).")
  private String method;

  @Option(
      names = "--dtype",
      defaultValue = "bfloat16",
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
      paramLabel = "POLICY",
      description = "all, cheap, mlp or inputs; all four if absent.")
  private String store;

  @Option(names = "--budget", paramLabel = "BYTES", description = "Say what fits, such as 24GiB.")
  private String budget;

  @Option(names = "--json", description = "Print the rows as one JSON object.")
  private boolean json;

  public PlanCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    OptionalLong limit =
        budget == null ? OptionalLong.empty() : OptionalLong.of(parseBytes(budget));
    Quantization quantization = Quantization.of(quantize);
    List<Method> methods =
        method == null
            ? METHODS.stream()
                .filter(name -> quantization == Quantization.NONE || !name.equals("full"))
                .map(name -> step.method(name))
                .toList()
            : List.of(step.method(method));
    List<StorePolicy> stores =
        store == null ? Arrays.asList(StorePolicy.values()) : List.of(StorePolicy.of(store));
    List<PlanRow> rows =
        engine.plan(
            new PlanRequest(
                config(),
                methods,
                stores,
                step.batch(),
                step.sequence(),
                DType.of(dtype),
                quantization));
    if (json) {
      console
          .out()
          .println(Json.line(Map.of("rows", rows.stream().map(r -> map(r, limit)).toList())));
    } else {
      print(rows, limit);
    }
    return 0;
  }

  private Path config() {
    Path path = console.path(model);
    Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file + ": expected a model folder or a config.json, found none");
    }
    return file;
  }

  private static Map<String, Object> map(PlanRow row, OptionalLong limit) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", row.method());
    map.put("store", row.store());
    map.put("quantize", row.quantize());
    map.put("predicted_peak_bytes", row.predictedPeakBytes());
    map.put("memory", row.memory());
    map.put("relative_compute", row.relativeCompute());
    limit.ifPresent(bytes -> map.put("fits", row.predictedPeakBytes() <= bytes));
    return map;
  }

  private void print(List<PlanRow> rows, OptionalLong limit) {
    List<String> header = new ArrayList<>(List.of("method", "store", "quantize", "peak"));
    List<String> categories = List.copyOf(rows.get(0).memory().keySet());
    categories.forEach(category -> header.add(category.replace('_', ' ')));
    header.add("compute");
    limit.ifPresent(bytes -> header.add("fits " + Units.bytes(bytes)));
    Table table = new Table(header);
    for (PlanRow row : rows) {
      List<String> cells = new ArrayList<>();
      cells.add(row.method());
      cells.add(row.store());
      cells.add(row.quantize());
      cells.add(Units.bytes(row.predictedPeakBytes()));
      categories.forEach(category -> cells.add(Units.bytes(row.memory().get(category))));
      cells.add(String.format(Locale.ROOT, "%.2f", row.relativeCompute()));
      limit.ifPresent(bytes -> cells.add(row.predictedPeakBytes() <= bytes ? "yes" : "no"));
      table.row(cells);
    }
    console.out().print(table.render());
  }

  /** Reads {@code 24GiB}, {@code 24GB}, {@code 512MiB}, or a number of bytes. */
  static long parseBytes(String text) {
    List<String> units = List.of("KiB", "MiB", "GiB", "KB", "MB", "GB");
    List<Double> sizes = List.of(0x1p10, 0x1p20, 0x1p30, 1e3, 1e6, 1e9);
    String number = text.strip();
    double factor = 1;
    for (int i = 0; i < units.size(); i++) {
      if (number.endsWith(units.get(i))) {
        number = number.substring(0, number.length() - units.get(i).length()).strip();
        factor = sizes.get(i);
        break;
      }
    }
    try {
      double value = Double.parseDouble(number) * factor;
      if (value > 0 && value < Long.MAX_VALUE) {
        return (long) value;
      }
    } catch (NumberFormatException e) {
      throw unreadable(text);
    }
    throw unreadable(text);
  }

  private static RecipeException unreadable(String text) {
    return new RecipeException(
        "--budget: expected a size such as 24GiB or 512MiB, found '" + text + "'");
  }
}
