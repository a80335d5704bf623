package dev.statecraft.base;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes files beside their place and moves them there, so that nobody sees half a file. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes a text in UTF-8; replaces what is there.
   *
   * @throws IOException if the folder does not exist or the disk is full; the old file then stays
   */
  public static void write(Path file, String text) throws IOException {
    // Half a surrogate pair, which UTF-8 has not, becomes a question mark and fails nothing.
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    fill(file, partial -> Files.write(partial, bytes, StandardOpenOption.CREATE_NEW));
  }

  /** Writes a file that does not exist yet. */
  public interface Filling {
    /** Makes and writes it. */
    void write(Path partial) throws IOException;
  }

  /**
   * Writes a file beside its place and moves it there; replaces what is there.
   *
   * @throws IOException as the filling does, or if it cannot be moved; the old file then stays
   */
  public static void fill(Path file, Filling filling) throws IOException {
    Path target = file.toAbsolutePath();
    // Not Files.createTempFile: its owner-only permissions would stay with the file.
    Path partial =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      filling.write(partial);
      move(partial, target);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** Moves a file within its disk, in one piece; replaces what is there. */
  public static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
