package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of files that come from elsewhere. */
class InnerPathTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../x",
        "a/../x",
        "a/..",
        "/etc/passwd",
        "a//b",
        "a/",
        "./a",
        "a\\..\\b",
        "C:a",
        "a:stream",
        "a\u0000b",
        "x\n/../../secret.safetensors",
        "x\r",
        "a\u001b[2J",
        "a\u0085b",
        "a\u2028b",
        "a\ud800b"
      })
  void namesThatAreRefused(String name) {
    assertThat(InnerPath.isInner(name)).isFalse();
    assertThatThrownBy(() -> InnerPath.of(folder, name, "index.json: weight_map"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("index.json: weight_map: expected the name of a file in " + folder)
        .extracting(thrown -> thrown.getMessage().lines().count())
        .isEqualTo(1L);
  }

  @Test
  void longNamesAreRefused() {
    assertThat(InnerPath.isInner("\u00e4".repeat(127))).isTrue();
    assertThat(InnerPath.isInner("\u00e4".repeat(128))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "...", "..a", "data/train-00000-of-00001.parquet", "Zürich 1.csv", ".x"})
  void namesThatAreTaken(String name) {
    assertThat(InnerPath.of(folder, name, "x"))
        .isEqualTo(folder.resolve(name))
        .startsWithRaw(folder);
  }

  @Test
  void linksLeadOutOfNoFolderButToTheContentsOfTheHubsCache() throws IOException {
    Path snapshot = Files.createDirectories(folder.resolve("models--a--b/snapshots/c"));
    Path blob =
        Files.writeString(
            Files.createDirectory(folder.resolve("models--a--b/blobs")).resolve("d"), "x");
    Path secret = Files.writeString(folder.resolve("secret"), "x");
    Files.createSymbolicLink(snapshot.resolve("in"), Path.of("../../blobs/d"));
    Files.createSymbolicLink(snapshot.resolve("out"), Path.of("../../../secret"));
    Files.createSymbolicLink(snapshot.resolve("folder"), folder);
    assertThat(InnerPath.existing(snapshot, "in", "x")).hasSameBinaryContentAs(blob);
    for (String name : new String[] {"out", "folder/secret"}) {
      assertThatThrownBy(() -> InnerPath.existing(snapshot, name, "x: key"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "x: key: expected a file in "
                  + snapshot
                  + ", found '"
                  + name
                  + "', a link to "
                  + secret.toRealPath());
    }
  }

  @Test
  void anIndexNamesNoFileElsewhere() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model/x\n"));
    Files.writeString(folder.resolve("secret.safetensors"), "x");
    Path index = model.resolveSibling(CheckpointFolder.INDEX_FILE);
    Files.writeString(
        index, "{\"weight_map\": {\"model.norm.weight\": \"x\\n/../../secret.safetensors\"}}");
    assertThatThrownBy(() -> CheckpointFolder.open(index.getParent()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "weight_map 'model.norm.weight': expected the name of a .safetensors");
    Files.createSymbolicLink(
        model.resolveSibling("a.safetensors"), Path.of("../secret.safetensors"));
    Files.writeString(index, "{\"weight_map\": {\"w\": \"a.safetensors\"}}");
    assertThatThrownBy(() -> CheckpointFolder.open(index.getParent()))
        .hasMessageContaining("found 'a.safetensors', a link to");
  }
}
