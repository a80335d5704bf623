package dev.statecraft.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes small dataset files for tests. */
record TempFile(Path folder) {

  Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }
}
