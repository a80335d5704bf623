package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.UsageException;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.ExitCode;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.guide.Explanation;
import dev.statecraft.studio.guide.RecipeSchema;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.TrackingRecipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train}: runs a recipe into a run directory. */
@Command(
    name = "train",
    header = "Runs a recipe into a run directory.",
    description =
        "Runs a recipe (-c) into a run directory, with what --set changes in it. The directory gets"
            + " the adapter, metrics, a report, and what it takes to go on or to repeat the run.")
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

    @Option(
        names = "--repeat",
        paramLabel = "DIR",
        description =
            "Run again what is in the run directory DIR, into DIR-repeat or --output, after making"
                + " sure that all files are what they were. Ends with 1 unless the same adapter"
                + " comes out.")
    private String repeat;

    @Option(
        names = "--explain",
        arity = "0..1",
        fallbackValue = "",
        paramLabel = "KEY",
        description = "Explain a key of recipes, such as train.epochs, or all of them.")
    private String explain;

    @Option(names = "--schema", description = "Print the JSON schema of recipes.")
    private boolean schema;
  }

  @Spec private CommandSpec command;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The run directory, in place of the recipe's.")
  private String output;

  @Option(names = "--force", description = "Replace the run that the run directory holds.")
  private boolean force;

  @Option(
      names = "--live",
      arity = "0..1",
      paramLabel = "PORT",
      fallbackValue = "0",
      description =
          "Show the report while training, to browsers of this machine alone; without a PORT "
              + "on a free one, which is told.")
  private Integer live;

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
    if (source.explain != null) {
      Explanation explanation = new Explanation(console.columns());
      console
          .out()
          .print(source.explain.isEmpty() ? explanation.all() : explanation.of(source.explain));
      return ExitCode.DONE.code();
    }
    if (source.schema) {
      console.out().print(RecipeSchema.json());
      return ExitCode.DONE.code();
    }
    if (source.repeat != null) {
      return repeat().code();
    }
    print(source.resume == null ? begin() : resume());
    return ExitCode.DONE.code();
  }

  private void print(RunResult result) {
    Recipe recipe = result.recipe();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("output", recipe.output().toString());
      object.putAll(result.summary().toMap());
      console.out().println(Json.line(object));
    } else {
      console.out().print(ResultTables.runs(List.of(result), console.columns()));
      console.out().println("run directory: " + recipe.output());
    }
  }

  private TrackingRecipe tracking(Recipe recipe) {
    try {
      return recipe.tracking().withMlflow(mlflow);
    } catch (UsageException e) {
      throw new RecipeException("--" + e.getMessage(), e);
    }
  }

  private RunResult begin() throws IOException {
    Recipe read = source.recipes.load(console);
    Recipe placed = output == null ? read : read.withOutput(console.path(output));
    return run(mlflow == null ? placed : placed.withTracking(tracking(placed)));
  }

  private ExitCode repeat() throws IOException {
    Repetition repetition = Repetition.of(console.path(source.repeat));
    Recipe recipe = repetition.recipe(Optional.ofNullable(output).map(console::path));
    repetition.check(recipe, engine, console);
    RunResult result = run(recipe);
    print(result);
    return repetition.compare(result, console);
  }

  private RunResult run(Recipe recipe) throws IOException {
    return training()
        .run(recipe, force ? RunDirectory.Existing.REPLACE : RunDirectory.Existing.REFUSE);
  }

  private TrainRun training() {
    return new TrainRun(
        console, engine, command.commandLine().getParseResult().originalArgs(), livePort());
  }

  private RunResult resume() throws IOException {
    if (output != null || force || mlflow != null) {
      throw new RecipeException(
          "--resume: expected neither --output nor --force nor --mlflow beside it, found "
              + (force ? "--force" : output != null ? "--output" : "--mlflow"));
    }
    return training().resume(console.path(source.resume));
  }

  private OptionalInt livePort() {
    if (live != null && (live < 0 || live > 65_535)) {
      throw new RecipeException("--live: expected a port from 0 to 65535, found " + live);
    }
    return live == null ? OptionalInt.empty() : OptionalInt.of(live);
  }
}
