package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.report.TrainReport;
import dev.statecraft.cli.run.AtomicFile;
import dev.statecraft.cli.run.MetricsLog;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunRecorder;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.run.StepMetrics;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Progress;
import dev.statecraft.models.train.Checkpoint;
import dev.statecraft.models.train.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One training run from recipe to report. */
record TrainRun(Console console, Engine engine) {
  RunResult run(Recipe recipe, RunDirectory.Existing existing) throws IOException {
    RunDirectory directory = RunDirectory.create(recipe, existing);
    try (RunDirectory.Lock lock = directory.lock()) {
      return run(recipe, directory, Optional.empty());
    }
  }

  /** Goes on with a run that was interrupted, from its last checkpoint or from the beginning. */
  RunResult resume(Path folder) throws IOException {
    RunDirectory directory = RunDirectory.unfinished(folder);
    try (RunDirectory.Lock lock = directory.lock()) {
      Recipe recipe = directory.recipe().withOutput(folder);
      Checkpoints checkpoints = directory.checkpoints(recipe.train().checkpoints().keep());
      checkpoints.sweep();
      return run(recipe, directory, checkpoints.latest());
    }
  }

  private RunResult run(Recipe recipe, RunDirectory directory, Optional<Checkpoint> from)
      throws IOException {
    List<StepMetrics> earlier =
        directory.stepsUntil(from.map(checkpoint -> checkpoint.progress().step()).orElse(0L));
    try (MetricsLog log = directory.metricsLog();
        Progress progress = console.progress()) {
      RunRecorder recorder = new RunRecorder(recipe, log, progress);
      from.ifPresent(
          checkpoint -> {
            recorder.resume(earlier, checkpoint.progress().evaluations());
            recorder.note("goes on after step " + checkpoint.progress().step());
          });
      RunResult result = recorder.finish(engine.train(recipe, directory, recorder, from));
      AtomicFile.write(directory.report(), TrainReport.html(result));
      directory.writeSummary(result.summary());
      return result;
    }
  }
}
