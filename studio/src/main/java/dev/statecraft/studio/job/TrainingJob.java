package dev.statecraft.studio.job;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.OwnThread;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.live.LiveServer;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.report.TrainReport;
import dev.statecraft.studio.run.MetricsLog;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunRecorder;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.studio.run.Summary;
import dev.statecraft.studio.track.MlflowTracker;
import dev.statecraft.studio.track.Trackers;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Checkpoints;
import dev.statecraft.training.Exhibit;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One training run from recipe to report: a handle of a run that has begun. Until it is closed it
 * holds the run directory, in which it leaves recipe, provenance, metrics, checkpoints, adapter,
 * report and summary, for {@code statecraft train --resume} as for {@link #resume}.
 *
 * <p>The run has a thread of its own, since an interrupted thread can write no file: an interrupt
 * of the thread that waits in {@link #run()} is a {@link #cancel()}.
 */
public final class TrainingJob implements AutoCloseable {
  private final Engine engine;
  private final JobOptions options;
  private final RunDirectory directory;
  private final RunDirectory.Lock lock;
  private final Optional<Checkpoint> from;
  private final MetricsLog log;
  private final RunRecorder recorder;
  private final OwnThread thread = new OwnThread("statecraft-train");
  private final AtomicBoolean ran = new AtomicBoolean();

  private TrainingJob(
      Engine engine,
      JobOptions options,
      Recipe recipe,
      RunDirectory directory,
      RunDirectory.Lock lock,
      Optional<Checkpoint> from)
      throws IOException {
    this.engine = engine;
    this.options = options;
    this.directory = directory;
    this.lock = lock;
    this.from = from;
    log = directory.metricsLog();
    recorder = new RunRecorder(recipe, log, options.progress());
  }

  /**
   * Makes the run directory, which {@code recipe.output()} names, and notes where the run comes
   * from.
   *
   * @throws dev.statecraft.studio.recipe.RecipeException if the folder holds a run that is not to
   *     be replaced, or that is being trained, or holds anything else
   * @throws dev.statecraft.base.InvalidInputException if a file that it reads is missing
   */
  public static TrainingJob begin(
      Engine engine, Recipe recipe, RunDirectory.Existing existing, JobOptions options)
      throws IOException {
    RunDirectory directory = RunDirectory.create(recipe, existing);
    return locked(
        directory,
        lock -> {
          Provenance.of(options.command(), options.folder(), engine.origin(recipe))
              .write(directory.provenance());
          return new TrainingJob(engine, options, recipe, directory, lock, Optional.empty());
        });
  }

  /**
   * Goes on with a run that was interrupted, from its last checkpoint or from the beginning.
   *
   * @param folder the run directory
   * @throws dev.statecraft.studio.recipe.RecipeException if it is finished or being trained
   * @throws dev.statecraft.base.InvalidInputException if there is no run, or a file that it reads
   *     has changed since
   */
  public static TrainingJob resume(Engine engine, Path folder, JobOptions options)
      throws IOException {
    RunDirectory directory = RunDirectory.unfinished(folder);
    return locked(
        directory,
        lock -> {
          Provenance began = Provenance.read(directory.provenance());
          Recipe recipe = began.threadsIn(directory.recipe().withOutput(folder));
          Checkpoints checkpoints = directory.checkpoints(recipe.train().checkpoints().keep());
          checkpoints.sweep();
          directory.sweep();
          Origin now = engine.origin(recipe);
          began.check(directory.provenance().toString(), now.inputs());
          Optional<Checkpoint> from = checkpoints.latest();
          List<StepMetrics> earlier =
              directory.stepsUntil(from.map(checkpoint -> checkpoint.progress().step()).orElse(0L));
          TrainingJob job = new TrainingJob(engine, options, recipe, directory, lock, from);
          job.takeUp(earlier, began.environment().differences(now.environment()));
          return job;
        });
  }

  /** What is done once the run directory is held. */
  private interface Beginning {
    TrainingJob begin(RunDirectory.Lock lock) throws IOException;
  }

  private static TrainingJob locked(RunDirectory directory, Beginning beginning)
      throws IOException {
    RunDirectory.Lock lock = directory.lock();
    boolean begun = false;
    try {
      TrainingJob job = beginning.begin(lock);
      begun = true;
      return job;
    } finally {
      if (!begun) {
        lock.close();
      }
    }
  }

  /** The run's earlier part, and what is different in the environment. */
  private void takeUp(List<StepMetrics> earlier, List<String> differences) throws IOException {
    recorder.recall(directory.notesLog().earlier());
    if (from.isEmpty()) {
      return;
    }
    recorder.resume(earlier, from.get().progress().evaluations());
    recorder.note("goes on after step " + from.get().progress().step());
    for (String difference : differences) {
      recorder.note("last bits may differ from the run's begin: " + difference);
    }
  }

  /** The run's folder. */
  public RunDirectory directory() {
    return directory;
  }

  /**
   * The run is to stop before its next step, saved as far as it has come; on any thread, also
   * before {@link #run()}.
   */
  public void cancel() {
    recorder.cancel();
    recorder.note("interrupted: ends after this step");
  }

  /**
   * Trains, and waits for the end. A run that fails leaves its summary and report too, as far as it
   * came.
   *
   * @throws CancellationException if it was cancelled, or this thread interrupted; the exception is
   *     what is left of the interrupt
   * @throws IllegalStateException if it was called before
   */
  public RunResult run() throws IOException {
    if (ran.getAndSet(true)) {
      throw new IllegalStateException("the run of " + directory.folder() + " was started before");
    }
    try {
      return thread.call(this::tracked, this::interrupted);
    } catch (CancellationException e) {
      boolean unused = Thread.interrupted();
      throw e;
    }
  }

  /** Before the first step there is nothing that could be saved, nor anybody who asks. */
  private void interrupted() {
    cancel();
    if (!recorder.isStarted()) {
      thread.interrupt();
    }
  }

  private RunResult tracked() throws IOException {
    try (Trackers trackers = Trackers.of(recorder.recipe(), directory, recorder::note)) {
      recorder.exhibit(new Exhibit.Origin(Provenance.read(directory.provenance()).facts()));
      if (options.live().isEmpty()) {
        return trained(trackers);
      }
      try (LiveServer server =
          LiveServer.start(options.live().getAsInt(), () -> TrainReport.live(recorder.view()))) {
        recorder.note("live view: " + server.address());
        return trained(trackers);
      }
    }
  }

  private RunResult trained(Trackers trackers) throws IOException {
    try {
      RunResult result =
          recorder.finish(
              engine.train(
                  recorder.recipe(),
                  directory,
                  trackers.between(recorder, options.listener()),
                  from));
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
      report(summary, e);
      throw e;
    }
  }

  /** What there is to see of a run that failed. */
  private void report(Optional<Summary> summary, Exception failure) {
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

  /** Lets go of the run directory; not while it runs. */
  @Override
  public void close() throws IOException {
    thread.close();
    try (lock;
        log) {
      options.progress().close();
    }
  }
}
