package dev.statecraft.studio.embed;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How vectors are written into a file. */
public enum VectorFormat {
  /**
   * A JSON object on a line for each: {@code row}, {@code id} if there is one, {@code embedding}.
   */
  JSONL {
    @Override
    VectorWriter writer(Path file) throws IOException {
      return new JsonLines(
          new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)));
    }
  },
  /** One array of numpy's, {@code [texts, width]} of float32. */
  NPY {
    @Override
    VectorWriter writer(Path file) throws IOException {
      return new NpyFile(file);
    }
  };

  /** The one that a file's name ends in, if it is one. */
  public static Optional<VectorFormat> of(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> name.endsWith("." + format.name().toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /** Makes a file to write into. */
  abstract VectorWriter writer(Path file) throws IOException;
}
