package dev.statecraft.studio.run;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import dev.statecraft.training.StepMetrics;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

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
   * Drops all steps behind one, and a line that a killed process left unfinished.
   *
   * @return the steps that stay, from the first on
   * @throws InvalidInputException if they are not all steps from 1 to {@code last}
   */
  static List<StepMetrics> cutBehind(Path file, long last) throws IOException {
    List<StepMetrics> steps = new ArrayList<>();
    StringBuilder kept = new StringBuilder();
    List<String> lines = Files.exists(file) ? TextFile.lines(file) : List.of();
    for (String line : lines) {
      if (steps.size() == last) {
        break;
      }
      StepMetrics step = StepLine.parse(line, file + ", line " + (steps.size() + 1));
      if (step.step() != steps.size() + 1) {
        break;
      }
      steps.add(step);
      kept.append(line).append('\n');
    }
    if (steps.size() != last) {
      throw new InvalidInputException(
          file + ": expected the steps 1 to " + last + " in order, found " + steps.size());
    }
    if (!lines.isEmpty()) {
      AtomicFile.write(file, kept.toString());
    }
    return steps;
  }

  /**
   * Appends a step.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(StepMetrics step) {
    try {
      writer.write(StepLine.line(step));
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
