package dev.statecraft.cli.command;

import dev.statecraft.base.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The files that the demo brings along. */
final class DemoFiles {
  private DemoFiles() {}

  /** The text of one. */
  static String text(String name) {
    try (InputStream stream = DemoFiles.class.getResourceAsStream("/demo/" + name)) {
      if (stream == null) {
        throw new IllegalStateException("the class path lacks /demo/" + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("/demo/" + name + ": cannot be read", e);
    }
  }

  /** Puts one into a folder, where the user can look at it. */
  static void copy(String name, Path folder) throws IOException {
    AtomicFile.write(folder.resolve(name), text(name));
  }
}
