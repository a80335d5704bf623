package dev.statecraft.cli.command;

import dev.statecraft.cli.ExitCode;
import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.guide.Explanation;
import dev.statecraft.cli.guide.RecipeSchema;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.terminal.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train}: runs a recipe into a run directory. */
@Command(name = "train", description = "Runs a recipe into a run directory.")
public final class TrainCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Spec private CommandSpec command;

  @Mixin private RecipeOptions recipes;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The run directory, in place of the recipe's.")
  private String output;

  @Option(names = "--force", description = "Replace the run that the run directory holds.")
  private boolean force;

  @Option(
      names = "--repeat",
      paramLabel = "DIR",
      description = {
        "In place of --config: run again what is in this run directory, after making sure that all",
        "files are what they were; ends with 1 unless the same adapter comes out."
      })
  private String repeat;

  @Option(
      names = "--explain",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "KEY",
      description = "Explain a key of recipes, such as train.epochs, or all of them, and stop.")
  private String explain;

  @Option(names = "--schema", description = "Print the JSON schema of recipes, and stop.")
  private boolean schema;

  @Option(names = "--json", description = "Print the summary as one JSON object.")
  private boolean json;

  public TrainCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    if (explain != null) {
      Explanation explanation = new Explanation(console.columns());
      console.out().print(explain.isEmpty() ? explanation.all() : explanation.of(explain));
      return 0;
    }
    if (schema) {
      console.out().print(RecipeSchema.json());
      return 0;
    }
    Optional<Path> folder = Optional.ofNullable(output).map(console::path);
    if (repeat != null) {
      recipes.refuse("--repeat");
      Repetition repetition = Repetition.of(console.path(repeat));
      Recipe recipe = repetition.recipe(folder);
      repetition.check(recipe, engine, console);
      return repetition.compare(run(recipe), console).code();
    }
    Recipe recipe = recipes.load(console);
    run(folder.map(recipe::withOutput).orElse(recipe));
    return ExitCode.DONE.code();
  }

  private RunResult run(Recipe recipe) throws IOException {
    RunResult result =
        new TrainRun(console, engine, command.commandLine().getParseResult().originalArgs())
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
    return result;
  }
}
