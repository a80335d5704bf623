package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.terminal.Console;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train}: runs a recipe into a run directory. */
@Command(name = "train", description = "Runs a recipe into a run directory.")
public final class TrainCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Source source;

  /** A recipe, or a run that has one. */
  private static final class Source {
    @ArgGroup(exclusive = false)
    private RecipeOptions recipes;

    @Option(
        names = "--resume",
        paramLabel = "DIR",
        description =
            "Go on with the run in DIR, which was interrupted, exactly as if it had not been.")
    private String resume;
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The run directory, in place of the recipe's.")
  private String output;

  @Option(names = "--force", description = "Replace the run that the run directory holds.")
  private boolean force;

  @Option(names = "--json", description = "Print the summary as one JSON object.")
  private boolean json;

  public TrainCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    RunResult result = source.resume == null ? begin() : resume();
    Recipe recipe = result.recipe();
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

  private RunResult begin() throws IOException {
    Recipe read = source.recipes.load(console);
    Recipe recipe = output == null ? read : read.withOutput(console.path(output));
    return new TrainRun(console, engine)
        .run(recipe, force ? RunDirectory.Existing.REPLACE : RunDirectory.Existing.REFUSE);
  }

  private RunResult resume() throws IOException {
    if (output != null || force) {
      throw new RecipeException(
          "--resume: expected neither --output nor --force beside it, found "
              + (force ? "--force" : "--output"));
    }
    return new TrainRun(console, engine).resume(console.path(source.resume));
  }
}
