package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFolderTest {
  @TempDir Path folder;

  private List<String> entries() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void nothingIsThereUntilAllIs() throws IOException {
    Path place = folder.resolve("a/b");
    try (NewFolder made = NewFolder.beside(place, false)) {
      Files.writeString(made.path().resolve("config.json"), "1");
      assertThat(place).doesNotExist();
      made.commit();
    }
    assertThat(place.resolve("config.json")).hasContent("1");
    try (NewFolder given = NewFolder.beside(folder.resolve("c"), false)) {
      Files.writeString(given.path().resolve("config.json"), "2");
    }
    assertThat(entries()).containsExactly("a");
  }

  @Test
  void whatIsThereStaysUnlessToldOtherwise() throws IOException {
    Path place = Files.createDirectory(folder.resolve("model"));
    Files.writeString(place.resolve("config.json"), "old");
    Files.writeString(place.resolve("more.txt"), "old");
    assertThatThrownBy(() -> NewFolder.beside(place, false))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            place + ": expected a folder that does not exist yet, found one; --force replaces it");
    try (NewFolder made = NewFolder.beside(place, true)) {
      Files.writeString(made.path().resolve("config.json"), "new");
      assertThat(place.resolve("config.json")).hasContent("old");
      made.commit();
    }
    assertThat(place.resolve("config.json")).hasContent("new");
    assertThat(place.resolve("more.txt")).doesNotExist();
    assertThat(entries()).containsExactly("model");
  }

  @Test
  void foldersOfOthersAreNeverReplaced() throws IOException {
    Path place = Files.createDirectory(folder.resolve("home"));
    Files.writeString(place.resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> NewFolder.beside(place, true))
        .hasMessageContaining("expected a model or an adapter to replace");
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> NewFolder.beside(file, true))
        .hasMessage(file + ": expected a folder to be made, found a file");
    assertThat(entries()).containsExactly("file", "home");
  }
}
