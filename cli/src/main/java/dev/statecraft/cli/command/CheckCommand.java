package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.GradientError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check}: what compressed states do to a recipe's gradients. */
@Command(
    name = "check",
    header = "Measures how far gradients with compressed states are off.",
    description =
        "Measures how far gradients with compressed states (memory.states) are "
            + "from exact ones, on a recipe's model and first batch. Nothing is trained.")
public final class CheckCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private RecipeOptions recipes;

  @Option(names = "--json", description = "Print the errors as one JSON object.")
  private boolean json;

  public CheckCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    Recipe recipe = recipes.load(console);
    Map<StateFormat, GradientError> errors = engine.check(recipe, console.err()::println);
    if (json) {
      List<Map<String, Object>> rows = new ArrayList<>();
      errors.forEach(
          (format, error) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("states", format.label());
            row.putAll(error.toMap());
            rows.add(row);
          });
      console.out().println(Json.line(Map.of("rows", rows)));
      return 0;
    }
    Table table =
        new Table(List.of("states", "gradient error", "cosine", "worst", "worst parameter"));
    errors.forEach(
        (format, error) ->
            table.row(
                List.of(
                    format.label(),
                    Units.percent(error.relative()),
                    String.format(Locale.ROOT, "%.6f", error.cosine()),
                    Units.percent(error.worstRelative()),
                    error.worstParameter())));
    console.out().print(table.render());
    return 0;
  }
}
