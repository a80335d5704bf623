package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.recipe.TrackingRecipe;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.terminal.Console;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train}: runs a recipe into a run directory. */
@Command(name = "train", description = "Runs a recipe into a run directory.")
public final class TrainCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private RecipeOptions recipes;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The run directory, in place of the recipe's.")
  private String output;

  @Option(names = "--force", description = "Replace the run that the run directory holds.")
  private boolean force;

  @Option(
      names = "--mlflow",
      paramLabel = "URL",
      description = "Tell an MLflow server how it goes, in place of the recipe's.")
  private String mlflow;

  @Option(names = "--json", description = "Print the summary as one JSON object.")
  private boolean json;

  public TrainCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    Recipe read = recipes.load(console);
    Recipe placed = output == null ? read : read.withOutput(console.path(output));
    Recipe recipe = mlflow == null ? placed : placed.withTracking(tracking(placed));
    RunResult result =
        new TrainRun(console, engine)
            .run(recipe, force ? RunDirectory.Existing.REPLACE : RunDirectory.Existing.REFUSE);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("output", recipe.output().toString());
      object.putAll(result.summary().toMap());
      console.out().println(Json.line(object));
    } else {
      console.out().print(ResultTables.runs(List.of(result)));
      console.out().println("run directory: " + recipe.output());
    }
    return 0;
  }

  private TrackingRecipe tracking(Recipe recipe) {
    try {
      return recipe.tracking().withMlflow(mlflow);
    } catch (IllegalArgumentException e) {
      throw new RecipeException("--" + e.getMessage(), e);
    }
  }
}
