package dev.statecraft.cli.command;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.StopSignals;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.live.LiveServer;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.report.TrainReport;
import dev.statecraft.studio.run.Exhibit;
import dev.statecraft.studio.run.MetricsLog;
import dev.statecraft.studio.run.Progress;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunRecorder;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.studio.run.StepMetrics;
import dev.statecraft.studio.run.Summary;
import dev.statecraft.studio.track.MlflowTracker;
import dev.statecraft.studio.track.Trackers;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;

/**
 * One training run from recipe to report.
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
    RunDirectory directory = RunDirectory.create(recipe, existing);
    try (RunDirectory.Lock lock = directory.lock()) {
      Provenance provenance = Provenance.of(arguments, console.folder(), engine.origin(recipe));
      provenance.write(directory.provenance());
      return run(recipe, directory, Optional.empty(), List.of());
    }
  }

  /**
   * Goes on with a run that was interrupted, from its last checkpoint or from the beginning.
   *
   * @throws dev.statecraft.base.InvalidInputException if a file that it reads has changed since
   */
  RunResult resume(Path folder) throws IOException {
    RunDirectory directory = RunDirectory.unfinished(folder);
    try (RunDirectory.Lock lock = directory.lock()) {
      Provenance began = Provenance.read(directory.provenance());
      Recipe recipe = began.threadsIn(directory.recipe().withOutput(folder));
      Checkpoints checkpoints = directory.checkpoints(recipe.train().checkpoints().keep());
      checkpoints.sweep();
      directory.sweep();
      Origin now = engine.origin(recipe);
      began.check(directory.provenance().toString(), now.inputs());
      return run(
          recipe,
          directory,
          checkpoints.latest(),
          began.environment().differences(now.environment()));
    }
  }

  /**
   * Runs.
   *
   * @param differences of the environment to that in which the run began
   */
  private RunResult run(
      Recipe recipe, RunDirectory directory, Optional<Checkpoint> from, List<String> differences)
      throws IOException {
    List<StepMetrics> earlier =
        directory.stepsUntil(from.map(checkpoint -> checkpoint.progress().step()).orElse(0L));
    try (MetricsLog log = directory.metricsLog();
        Progress progress = console.progress()) {
      RunRecorder recorder = new RunRecorder(recipe, log, progress);
      try (StopSignals signals = StopSignals.take(console, () -> stop(recorder));
          Trackers trackers = Trackers.of(recipe, directory, recorder::note)) {
        recorder.recall(trackers.earlierNotes());
        recorder.exhibit(new Exhibit.Origin(Provenance.read(directory.provenance()).facts()));
        from.ifPresent(
            checkpoint -> {
              recorder.resume(earlier, checkpoint.progress().evaluations());
              recorder.note("goes on after step " + checkpoint.progress().step());
              differences.forEach(
                  difference ->
                      recorder.note("last bits may differ from the run's begin: " + difference));
            });
        return watched(directory, recorder, trackers, from);
      }
    }
  }

  private static void stop(RunRecorder recorder) {
    recorder.cancel();
    recorder.note("interrupted: ends after this step");
  }

  private RunResult watched(
      RunDirectory directory, RunRecorder recorder, Trackers trackers, Optional<Checkpoint> from)
      throws IOException {
    if (live.isEmpty()) {
      return run(directory, recorder, trackers, from);
    }
    try (LiveServer server =
        LiveServer.start(live.getAsInt(), () -> TrainReport.live(recorder.view()))) {
      recorder.note("live view: " + server.address());
      return run(directory, recorder, trackers, from);
    }
  }

  private RunResult run(
      RunDirectory directory, RunRecorder recorder, Trackers trackers, Optional<Checkpoint> from)
      throws IOException {
    try {
      RunResult result =
          recorder.finish(
              engine.train(recorder.recipe(), directory, trackers.after(recorder), from));
      Provenance.read(directory.provenance())
          .withResults(directory.adapter())
          .write(directory.provenance());
      AtomicFile.write(directory.report(), TrainReport.html(recorder.view()));
      directory.writeSummary(result.summary());
      trackers.ended(MlflowTracker.Ending.FINISHED);
      return result;
    } catch (IOException | RuntimeException e) {
      boolean interrupted = e instanceof CancellationException;
      trackers.ended(interrupted ? MlflowTracker.Ending.KILLED : MlflowTracker.Ending.FAILED);
      Optional<Summary> summary =
          recorder.failed(
              interrupted ? "interrupted" : String.valueOf(e.getMessage()),
              interrupted ? Summary.Status.INTERRUPTED : Summary.Status.FAILED);
      report(directory, recorder, summary, e);
      throw e;
    }
  }

  /** What there is to see of a run that failed. */
  private static void report(
      RunDirectory directory, RunRecorder recorder, Optional<Summary> summary, Exception failure) {
    if (summary.isEmpty() && recorder.view().steps().isEmpty()) {
      return;
    }
    try {
      if (summary.isPresent()) {
        directory.writeSummary(summary.get());
      }
      AtomicFile.write(directory.report(), TrainReport.html(recorder.view()));
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
