package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.report.TrainReport;
import dev.statecraft.cli.run.AtomicFile;
import dev.statecraft.cli.run.MetricsLog;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunRecorder;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Progress;
import dev.statecraft.cli.track.MlflowTracker;
import dev.statecraft.cli.track.Trackers;
import java.io.IOException;
import java.util.concurrent.CancellationException;

/** One training run from recipe to report. */
record TrainRun(Console console, Engine engine) {
  RunResult run(Recipe recipe, RunDirectory.Existing existing) throws IOException {
    RunDirectory directory = RunDirectory.create(recipe, existing);
    try (MetricsLog log = directory.metricsLog();
        Progress progress = console.progress()) {
      RunRecorder recorder = new RunRecorder(recipe, log, progress);
      try (Trackers trackers = Trackers.of(recipe, directory, recorder::note)) {
        RunResult result = run(directory, recorder, trackers);
        trackers.ended(MlflowTracker.Ending.FINISHED);
        return result;
      }
    }
  }

  private RunResult run(RunDirectory directory, RunRecorder recorder, Trackers trackers)
      throws IOException {
    try {
      RunResult result =
          recorder.finish(
              engine.train(recorder.recipe(), directory, trackers.after(recorder)));
      AtomicFile.write(directory.report(), TrainReport.html(result));
      directory.writeSummary(result.summary());
      return result;
    } catch (CancellationException e) {
      trackers.ended(MlflowTracker.Ending.KILLED);
      throw e;
    }
  }
}
