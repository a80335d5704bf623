package dev.statecraft.studio.job;

import dev.statecraft.studio.run.Progress;
import dev.statecraft.training.RunListener;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a run is seen, and who started it.
 *
 * @param command the arguments of the command line, for the provenance; empty for a program's run
 * @param folder that the run was started in; if git knows it, its commit is in the provenance
 * @param progress shows how far it is; closed with the job
 * @param listener is told how it goes, after the run's own files
 * @param live port of a live view on the loopback interface, if there is to be one; 0 for any
 */
public record JobOptions(
    List<String> command, Path folder, Progress progress, RunListener listener, OptionalInt live) {
  /** A program's run in the current folder that nobody watches. */
  public static final JobOptions SILENT =
      new JobOptions(
          List.of(),
          Path.of("").toAbsolutePath(),
          Progress.SILENT,
          event -> {},
          OptionalInt.empty());

  public JobOptions {
    command = List.copyOf(command);
  }

  /** The same started by a command line in a folder. */
  public JobOptions withCommand(List<String> arguments, Path started) {
    return new JobOptions(arguments, started, progress, listener, live);
  }

  /** The same with another display. */
  public JobOptions withProgress(Progress other) {
    return new JobOptions(command, folder, other, listener, live);
  }

  /** The same with another listener. */
  public JobOptions withListener(RunListener other) {
    return new JobOptions(command, folder, progress, other, live);
  }

  /** The same with a live view, if there is a port. */
  public JobOptions withLive(OptionalInt port) {
    return new JobOptions(command, folder, progress, listener, port);
  }
}
