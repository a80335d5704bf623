package dev.statecraft.cli.terminal;

import dev.statecraft.studio.run.Progress;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a command runs: its streams, whether errors go to a terminal, and the user's folder.
 *
 * @param out for results
 * @param err for progress and errors
 * @param terminal whether {@code err} is a terminal
 * @param columns width of the terminal
 * @param folder what the user's relative paths are relative to
 */
public record Console(
    PrintStream out, PrintStream err, boolean terminal, int columns, Path folder) {
  private static final int DEFAULT_COLUMNS = 80;

  /** The process's own; the launcher says in system properties whether there is a terminal. */
  public static Console ofProcess() {
    return new Console(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        Boolean.getBoolean("statecraft.terminal"),
        Integer.getInteger("statecraft.columns", DEFAULT_COLUMNS),
        Path.of("").toAbsolutePath());
  }

  /** Progress as fits the terminal, or the lack of one. */
  public Progress progress() {
    return terminal ? new ProgressBar(err, columns) : new ProgressLines(err);
  }

  /** A user's path, absolute. */
  public Path path(String text) {
    return folder.resolve(text).toAbsolutePath().normalize();
  }
}
