package dev.statecraft.cli.run;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Appends a line of JSON per optimizer step; each is in the file before the next step begins. */
public final class MetricsLog implements AutoCloseable {
  private final Path file;
  private final BufferedWriter writer;

  private MetricsLog(Path file, BufferedWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  static MetricsLog append(Path file) throws IOException {
    return new MetricsLog(
        file, Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /**
   * Appends a step.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(StepMetrics step) {
    try {
      writer.write(Json.line(step.toMap()));
      writer.write('\n');
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be closed: " + e.getMessage(), e);
    }
  }
}
