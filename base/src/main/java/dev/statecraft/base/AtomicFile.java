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
    Path target = file.toAbsolutePath();
    // Not Files.createTempFile: its owner-only permissions would stay with the file.
    Path partial =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      // Half a surrogate pair, which UTF-8 has not, becomes a question mark and fails nothing.
      Files.write(partial, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
