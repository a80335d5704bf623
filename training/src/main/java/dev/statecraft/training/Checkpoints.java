package dev.statecraft.training;

import dev.statecraft.base.FileTree;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.run.Weights;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of a run's checkpoints, {@code step-120} and so on. A checkpoint is written under a
 * hidden name, forced to the disk and renamed, and before it is deleted renamed to a hidden name:
 * at no moment does a part of one look like a whole. What a killed process left is swept away by
 * the next.
 *
 * @param folder made with the first checkpoint
 * @param keep how many of the last are kept, 1 or more
 */
public record Checkpoints(Path folder, int keep) {
  private static final Pattern NAME = Pattern.compile("step-([0-9]{1,18})");

  public Checkpoints {
    if (keep < 1) {
      throw new IllegalArgumentException("keep: expected 1 or more, found " + keep);
    }
  }

  /** Adds files of its own to a checkpoint that is being written. */
  public interface Extra {
    void write(Path folder) throws IOException;
  }

  /**
   * Saves a checkpoint and deletes all but the last {@code keep} and the best.
   *
   * @param best the step of the best evaluation, whose checkpoint stays
   * @param extra is given the folder before it is moved into place
   * @throws IOException if it cannot be written; those that were there still are
   */
  public void save(
      Progress progress,
      StepLayout layout,
      Weights weights,
      AdamW optimizer,
      OptionalLong best,
      Extra extra)
      throws IOException {
    Files.createDirectories(folder);
    Path target = at(progress.step());
    if (!Checkpoint.isIn(target)) {
      Path partial = hidden(target);
      Files.createDirectory(partial);
      try {
        Checkpoint.write(partial, progress, layout, weights, optimizer);
        extra.write(partial);
        force(partial);
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException | RuntimeException e) {
        try {
          FileTree.delete(partial);
        } catch (IOException inner) {
          e.addSuppressed(inner);
        }
        throw e;
      }
      force(folder);
    }
    prune(progress.step(), best);
  }

  /** The checkpoint of the most steps, if there is any. */
  public Optional<Checkpoint> latest() throws IOException {
    List<Long> steps = steps();
    return steps.isEmpty()
        ? Optional.empty()
        : Optional.of(Checkpoint.open(at(steps.get(steps.size() - 1))));
  }

  /**
   * The checkpoint made after some step.
   *
   * @throws InvalidInputException if there is none
   */
  public Checkpoint of(long step) throws IOException {
    if (!Checkpoint.isIn(at(step))) {
      throw new InvalidInputException(at(step) + ": expected a checkpoint, found none");
    }
    return Checkpoint.open(at(step));
  }

  /** Deletes what a process that was killed had not finished writing or deleting. */
  public void sweep() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    for (Path entry : entries()) {
      String name = entry.getFileName().toString();
      if (name.startsWith(".step-")) {
        FileTree.delete(entry);
      }
    }
  }

  /** Steps of whole checkpoints, ascending. */
  List<Long> steps() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    return entries().stream()
        .filter(Checkpoint::isIn)
        .map(entry -> NAME.matcher(entry.getFileName().toString()))
        .filter(Matcher::matches)
        .map(matcher -> Long.valueOf(matcher.group(1)))
        .sorted()
        .toList();
  }

  private void prune(long newest, OptionalLong best) throws IOException {
    List<Long> older = steps().stream().filter(step -> step <= newest).toList();
    for (Long step : older.subList(0, Math.max(0, older.size() - keep))) {
      if (best.isEmpty() || best.getAsLong() != step) {
        Path old = hidden(at(step));
        Files.move(at(step), old, StandardCopyOption.ATOMIC_MOVE);
        FileTree.delete(old);
      }
    }
  }

  private Path at(long step) {
    return folder.resolve("step-" + step);
  }

  private static Path hidden(Path path) {
    return path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID());
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  /** Makes a folder's entries outlive a power cut, on systems where a folder can be opened. */
  private static void force(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }
}
