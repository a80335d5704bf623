package dev.statecraft.cli.command;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.base.StatecraftException;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.PlanRequest;
import dev.statecraft.studio.engine.PlanRow;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.Stores;
import dev.statecraft.training.ComputeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan}: predicted memory of training steps, without weights. */
@Command(
    name = "plan",
    header = "Predicts the memory of a training step, without weights.",
    description =
        "Predicts the memory of a training step for each method and store policy, from a"
            + " config.json alone. The step is run without memory, so the prediction is the"
            + " measurement to come.")
public final class PlanCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private StepOptions step;
  @Mixin private BudgetOption budget;

  @Option(
      names = {"--model", "--config"},
      required = true,
      paramLabel = "PATH",
      description = "A model folder, a config.json, or org/name[@revision] of the Hub.")
  private String model;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description = "One method's name, or YAML; if absent, all that need no more than it.")
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
      description =
          "Frozen linears inside layers: none, int8, nf4, int4, int4-64, int4-128 (default:"
              + " ${DEFAULT-VALUE}).")
  private String quantize;

  @Option(
      names = "--store",
      paramLabel = "POLICY",
      description = "all, cheap, mlp, inputs, or auto with a budget; all if absent.")
  private String store;

  @Option(names = "--json", description = "Print the rows as one JSON object.")
  private boolean json;

  public PlanCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    ComputeOptions compute = step.compute(dtype, quantize);
    OptionalLong limit = budget.bytes(compute.device());
    Map<String, String> leftOut = new LinkedHashMap<>();
    List<PlanRow> rows =
        method == null ? rows(compute, limit, leftOut) : rows(step.method(method), compute, limit);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("threads", engine.threads());
      object.put("rows", rows.stream().map(row -> map(row, limit)).toList());
      object.put("left_out", leftOut);
      console.out().println(Json.line(object));
    } else {
      print(rows, limit);
      leftOut.forEach((name, reason) -> console.out().println("left out: " + name + ": " + reason));
    }
    return 0;
  }

  /** Rows of all methods; those that do not fit the model or the request are told with why. */
  private List<PlanRow> rows(
      ComputeOptions compute, OptionalLong limit, Map<String, String> leftOut) throws IOException {
    List<PlanRow> rows = new ArrayList<>();
    List<StatecraftException> refusals = new ArrayList<>();
    for (String name : Methods.names()) {
      try {
        rows.addAll(rows(step.method(name), compute, limit));
      } catch (StatecraftException e) {
        refusals.add(e);
        leftOut.put(name, e.getMessage());
      }
    }
    if (rows.isEmpty()) { // It is not the methods, then.
      throw refusals.get(0);
    }
    return rows;
  }

  private List<PlanRow> rows(MethodRecipe method, ComputeOptions compute, OptionalLong limit)
      throws IOException {
    return engine.plan(
        new PlanRequest(
            config(),
            List.of(method),
            stores(limit),
            limit,
            step.batch(),
            step.sequence(),
            compute));
  }

  /** All if none is named. What a budget chooses is always shown beside them. */
  private List<StorePolicy> stores(OptionalLong limit) {
    return store == null
        ? Arrays.asList(StorePolicy.values())
        : Stores.read(Optional.of(store), limit.isPresent()).stream().toList();
  }

  private String config() {
    String name = Recipe.modelName(model, console.folder());
    Path path = Path.of(name);
    if (!path.isAbsolute()) {
      return name;
    }
    Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file + ": expected a model folder or a config.json, found none");
    }
    return file.toString();
  }

  private static Map<String, Object> map(PlanRow row, OptionalLong limit) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", row.method());
    map.put("store", row.store());
    map.put("stored", row.description());
    map.put("states", row.states());
    map.put("quantize", row.quantize());
    map.put("predicted_peak_bytes", row.predictedPeakBytes());
    map.put("memory", row.memory());
    map.put("relative_compute", row.relativeCompute());
    limit.ifPresent(bytes -> map.put("fits", row.predictedPeakBytes() <= bytes));
    row.smallestBudget().ifPresent(bytes -> map.put("smallest_budget_bytes", bytes));
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
      cells.add(
          row.store().equals(row.description())
              ? row.store()
              : row.store() + ": " + row.description());
      cells.add(row.quantize());
      cells.add(Units.bytes(row.predictedPeakBytes()));
      categories.forEach(category -> cells.add(Units.bytes(row.memory().get(category))));
      cells.add(String.format(Locale.ROOT, "%.2f", row.relativeCompute()));
      limit.ifPresent(bytes -> cells.add(row.predictedPeakBytes() <= bytes ? "yes" : "no"));
      table.row(cells);
    }
    console.out().print(table.render());
    console.out().println("threads that would compute: " + engine.threads());
    for (PlanRow row : rows) {
      row.smallestBudget()
          .ifPresent(
              bytes ->
                  console
                      .out()
                      .println("smallest budget of " + row.method() + ": " + Units.bytes(bytes)));
    }
  }
}
