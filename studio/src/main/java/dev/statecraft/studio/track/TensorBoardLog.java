package dev.statecraft.studio.track;

import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a run's numbers into the event file that TensorBoard reads, as they come. A run that goes
 * on writes another file, whose first event voids what earlier ones have of the same steps. Methods
 * throw {@link UncheckedIOException} if the file cannot be written.
 */
final class TensorBoardLog implements RunHandler, AutoCloseable {
  private final Path file;
  private final Clock clock;
  private final boolean goesOn;
  private RecordFile records;
  private boolean begun;

  private TensorBoardLog(Path file, Clock clock, boolean goesOn) {
    this.file = file;
    this.clock = clock;
    this.goesOn = goesOn;
  }

  /** A log in a run's folder. Its file is made when training starts. */
  public static TensorBoardLog of(RunDirectory run) throws IOException {
    return of(run, Clock.systemUTC());
  }

  static TensorBoardLog of(RunDirectory run, Clock clock) throws IOException {
    int earlier = run.eventFiles().size();
    // TensorBoard takes the files of a folder in the order of their names.
    String name =
        String.format(
            Locale.ROOT,
            "%s.%010d.statecraft.%03d",
            RunDirectory.EVENTS,
            clock.instant().getEpochSecond(),
            earlier);
    return new TensorBoardLog(run.folder().resolve(name), clock, earlier > 0);
  }

  @Override
  public void started(long trainableParameters, long totalSteps) {
    try {
      records = new RecordFile(file);
      records.append(Event.version(seconds()));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void step(StepMetrics step) {
    append(step.step(), Scalars.of(step));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    append(evaluation.step(), Scalars.of(evaluation));
  }

  private void append(long step, Map<String, Double> scalars) {
    try {
      if (goesOn && !begun) {
        records.append(Event.restart(seconds(), step));
      }
      begun = true;
      records.append(Event.scalars(seconds(), step, scalars));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private double seconds() {
    return clock.millis() / 1000.0;
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      if (records != null) {
        records.close();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
