package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SharedCopyTest {
  @TempDir private Path folder;
  private Path temporary;
  private Path resource;

  @BeforeEach
  void files() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
    resource = Files.writeString(folder.resolve("weights"), "all of the weights");
  }

  private Path copy() throws IOException {
    URL url = resource.toUri().toURL();
    return SharedCopy.of(url, "w.onnx", temporary);
  }

  private long files(Path where) throws IOException {
    try (Stream<Path> tree = Files.walk(where)) {
      return tree.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void processesShareOneCopy() throws IOException {
    Path first = copy();
    assertThat(first).content().isEqualTo("all of the weights");
    FileTime made = Files.getLastModifiedTime(first);
    assertThat(copy()).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(first)).isEqualTo(made);
    assertThat(files(temporary)).isEqualTo(1);
  }

  @Test
  void whatKilledProcessesLeftDoesNotPileUp() throws IOException {
    Path first = copy();
    Files.writeString(first, "half");
    Path partial =
        first.resolveSibling("." + first.getFileName() + "." + UUID.randomUUID() + ".tmp");
    Files.writeString(partial, "all of the");
    Files.setLastModifiedTime(partial, FileTime.from(Instant.now().minusSeconds(7200)));
    assertThat(copy()).isEqualTo(first).content().isEqualTo("all of the weights");
    assertThat(files(temporary)).isEqualTo(1);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aFolderThatOthersCanWriteToIsNotTrusted() throws IOException {
    Path first = copy();
    Path shared = first.getParent();
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(first, "other weights, 18.");
    assertThat(Files.size(first)).isEqualTo(Files.size(resource));
    assertThat(copy()).isNotEqualTo(first).content().isEqualTo("all of the weights");
  }
}
