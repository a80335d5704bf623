package dev.statecraft.studio.run;

import dev.statecraft.base.Shown;
import dev.statecraft.base.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Appends what the user was told during a run to a file: time, a space, the note. */
public final class NotesLog {
  private final Path file;
  private final List<String> earlier;

  private NotesLog(Path file, List<String> earlier) {
    this.file = file;
    this.earlier = List.copyOf(earlier);
  }

  static NotesLog append(Path file) throws IOException {
    List<String> lines = Files.exists(file) ? TextFile.lines(file) : List.of();
    return new NotesLog(file, lines.stream().map(l -> l.substring(l.indexOf(' ') + 1)).toList());
  }

  /** The notes that were there when the log was opened. */
  public List<String> earlier() {
    return earlier;
  }

  /**
   * Appends a note; on any thread.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public synchronized void write(String note) {
    try {
      String line = Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + Shown.line(note) + "\n";
      Files.write(
          file,
          line.getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
