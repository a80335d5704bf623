package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir private Path folder;

  private Path left(String name) throws IOException {
    return Files.writeString(folder.resolve(name), "half");
  }

  @Test
  void onlyWhatWasBeingWrittenIsDeleted() throws IOException {
    Path summary = left(".summary.json." + UUID.randomUUID() + ".tmp");
    Path weights = left(".adapter_model.safetensors." + UUID.randomUUID() + ".new");
    Path tree = Files.createDirectory(folder.resolve("." + "merged." + UUID.randomUUID() + ".tmp"));
    Files.writeString(tree.resolve("model.safetensors"), "half");
    Path users = left(".notes.tmp");
    Path shown = left("a." + UUID.randomUUID() + ".new");
    Leftovers.sweep(folder);
    assertThat(summary).doesNotExist();
    assertThat(weights).doesNotExist();
    assertThat(tree).doesNotExist();
    assertThat(users).exists();
    assertThat(shown).exists();
    Leftovers.sweep(folder.resolve("none"));
  }

  @Test
  void whatAnotherProcessMayBeWritingStays() throws IOException {
    Path old = left(".merged." + UUID.randomUUID() + ".tmp");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(200)));
    final Path young = left(".merged." + UUID.randomUUID() + ".tmp");
    Path other = left(".other." + UUID.randomUUID() + ".tmp");
    Files.setLastModifiedTime(other, FileTime.from(Instant.now().minusSeconds(200)));
    Leftovers.sweepOlder(folder.resolve("merged"), 100);
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(other).exists();
  }
}
