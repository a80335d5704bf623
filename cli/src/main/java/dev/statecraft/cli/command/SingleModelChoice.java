package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that name a model, tuned or not, where there is one of it at a time. */
final class SingleModelChoice {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model: a folder, org/name[@revision] of the Hub, or builtin:minilm.")
  private String model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "The adapter to put on it: its folder, or the directory of its run.")
  private String adapter;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "In place of both: the run directory of a finished run.")
  private String run;

  @Option(
      names = "--quantize",
      paramLabel = "FORMAT",
      description =
          "Frozen linears inside layers: none, int8, nf4, int4, int4-64, int4-128 (default: as in"
              + " the run, or in the adapter if it is a run's).")
  private String quantize;

  /**
   * What they name.
   *
   * @throws dev.statecraft.base.UsageException if they name no model, or two
   */
  ChosenModel choose(Console console) throws IOException {
    return new ModelChoice(model, list(adapter), list(run), quantize)
        .choose(console, Optional.empty());
  }

  private static List<String> list(String given) {
    return Optional.ofNullable(given).stream().toList();
  }
}
