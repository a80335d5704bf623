package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.StopSignals;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.job.JobOptions;
import dev.statecraft.studio.job.TrainingJob;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * A training job of a command: shown on its console, and cancelled by the signals that would end
 * the process.
 *
 * @param arguments of the command line
 * @param live port of its live view, if there is to be one; 0 for any
 */
record TrainRun(Console console, Engine engine, List<String> arguments, OptionalInt live) {
  /** Without a live view. */
  TrainRun(Console console, Engine engine, List<String> arguments) {
    this(console, engine, arguments, OptionalInt.empty());
  }

  RunResult run(Recipe recipe, RunDirectory.Existing existing) throws IOException {
    try (TrainingJob job = TrainingJob.begin(engine, recipe, existing, options())) {
      return run(job);
    }
  }

  /** Goes on with a run that was interrupted. */
  RunResult resume(Path folder) throws IOException {
    try (TrainingJob job = TrainingJob.resume(engine, folder, options())) {
      return run(job);
    }
  }

  private RunResult run(TrainingJob job) throws IOException {
    try (StopSignals signals = StopSignals.take(console, job::cancel)) {
      return job.run();
    }
  }

  private JobOptions options() {
    return JobOptions.SILENT
        .withCommand(arguments, console.folder())
        .withProgress(console.progress())
        .withLive(live);
  }
}
