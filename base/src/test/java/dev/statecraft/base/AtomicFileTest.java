package dev.statecraft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path folder;

  @Test
  void theOldFileIsReplacedNotWrittenInto() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path opened = Files.createLink(folder.resolve("opened"), file);
    AtomicFile.write(file, "new");
    assertThat(file).hasContent("new");
    assertThat(opened).as("what a reader has opened before").hasContent("old");
    assertThat(folder).isDirectoryNotContaining(left -> left.toString().endsWith(".tmp"));
  }

  @Test
  void aFileThatCannotTakeItsPlaceLeavesNothingBeside() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(taken.resolve("file"), "old");
    assertThatThrownBy(() -> AtomicFile.write(taken, "new")).isInstanceOf(IOException.class);
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(taken);
    }
    assertThat(taken.resolve("file")).hasContent("old");
  }
}
