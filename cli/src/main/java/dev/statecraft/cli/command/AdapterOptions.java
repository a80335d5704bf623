package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.AdapterSource;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that name a saved adapter. */
final class AdapterOptions {
  @Option(names = "--run", paramLabel = "DIR", description = "The run directory of a finished run.")
  private String run;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "In place of a run: the folder of an adapter.")
  private String adapter;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model it was trained on (default: as the run or the adapter says).")
  private String model;

  AdapterSource resolve(Console console) {
    if ((run == null) == (adapter == null)) {
      throw new RecipeException("expected either --run or --adapter");
    }
    Optional<String> named = Optional.ofNullable(model).map(m -> ModelChoice.absolute(console, m));
    if (adapter != null) {
      return new AdapterSource(console.path(adapter), named, Optional.empty());
    }
    RunDirectory directory = RunDirectory.open(console.path(run));
    return new AdapterSource(
        directory.adapter(),
        named.or(() -> Optional.of(directory.recipe().model())),
        Optional.of(directory.recipe()));
  }
}
