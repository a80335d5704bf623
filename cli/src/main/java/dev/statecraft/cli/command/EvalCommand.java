package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.data.DataFormat;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code eval}: scores a model, tuned or not, on a task. */
@Command(
    name = "eval",
    header = "Scores a model, tuned or not, on the data of a recipe.",
    description =
        "Scores a model on the evaluation data of a recipe: a run's tuned model (--run), "
            + "or a recipe's model with an adapter or as it is (--config).")
public final class EvalCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "With --config: the adapter to put on the model.")
  private String adapter;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "Evaluate on this file in place of the recipe's evaluation data.")
  private String data;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "With --config: change the recipe. May be repeated.")
  private List<String> overrides = List.of();

  @Option(names = "--json", description = "Print the metrics as one JSON object.")
  private boolean json;

  /** Where recipe and model come from. */
  private static final class Source {
    @Option(
        names = "--run",
        required = true,
        paramLabel = "DIR",
        description = "The run directory of a finished run.")
    private String run;

    @Option(
        names = {"-c", "--config"},
        required = true,
        paramLabel = "RECIPE",
        description = "The recipe, a YAML file.")
    private String config;
  }

  public EvalCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    Recipe recipe;
    Optional<Path> tuned;
    if (source.run != null) {
      if (adapter != null || !overrides.isEmpty()) {
        throw new RecipeException("--run: expected neither --adapter nor --set beside it");
      }
      RunDirectory run = RunDirectory.open(console.path(source.run));
      recipe = run.recipe();
      tuned = Optional.of(run.adapter());
    } else {
      recipe = Recipe.load(console.path(source.config), overrides, console.folder());
      tuned = Optional.ofNullable(adapter).map(console::path);
    }
    if (data != null) {
      DataFormat format = recipe.data().train().get(0).format();
      recipe =
          recipe.withData(
              recipe.data().withValidation(DataRecipe.DataFile.local(console.path(data), format)));
    } else if (recipe.data().validation() instanceof DataRecipe.NoValidation) {
      throw new RecipeException(
          "data.validation: expected evaluation data, found none; name a file with --data");
    }
    Evaluation evaluation =
        engine.evaluate(
            recipe,
            new TunedModel(recipe.model(), tuned, recipe.quantize()),
            line -> console.err().println(Shown.line(line)));
    print(recipe, tuned, evaluation);
    return 0;
  }

  private void print(Recipe recipe, Optional<Path> tuned, Evaluation evaluation) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("model", recipe.model());
      object.put("adapter", tuned.map(Path::toString));
      object.putAll(evaluation.metrics());
      console.out().println(Json.line(object));
    } else {
      Table table = new Table(List.of("metric", "value"));
      evaluation
          .metrics()
          .forEach((metric, value) -> table.row(List.of(metric, Units.decimal(value))));
      console.out().print(table.render());
    }
  }
}
