package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointFolderTest {
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";

  @TempDir Path folder;

  @BeforeEach
  void writeShards() throws IOException {
    new SafetensorsWriter()
        .add(TensorEntry.of("a", ElementType.F32, 1), () -> RawSafetensors.floats(1f))
        .add(TensorEntry.of("b", ElementType.F32, 1), () -> RawSafetensors.floats(2f))
        .writeTo(folder.resolve(ONE));
    new SafetensorsWriter()
        .add(TensorEntry.of("c", ElementType.F32, 1, 1), () -> RawSafetensors.floats(3f))
        .writeTo(folder.resolve(TWO));
  }

  private void writeIndex(String text) throws IOException {
    Files.writeString(folder.resolve(CheckpointFolder.INDEX_FILE), text);
  }

  @Test
  void joinsShards() throws IOException {
    writeIndex(
        """
        {"metadata": {"total_size": 12, "nested": {}},
         "weight_map": {"c": "%s", "a": "%s", "b": "%s"}}\
        """
            .formatted(TWO, ONE, ONE));
    try (CheckpointSource source = CheckpointFolder.open(folder)) {
      assertThat(source).isInstanceOf(ShardedCheckpoint.class);
      assertThat(source.names()).containsExactly("a", "b", "c");
      assertThat(source.entry("c").shape()).containsExactly(1, 1);
      assertThat(RawSafetensors.toFloats(source.read("b"))).containsExactly(2f);
      assertThat(RawSafetensors.toFloats(source.read("c"))).containsExactly(3f);
      assertThat(source.metadata()).containsOnly(entry("total_size", "12"));
      assertThatThrownBy(() -> source.read("d"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected a tensor 'd'");
    }
  }

  @Test
  void showsOnlyWhatTheIndexLists() throws IOException {
    writeIndex("{\"weight_map\": {\"a\": \"" + ONE + "\"}}");
    try (CheckpointSource source = CheckpointFolder.open(folder)) {
      assertThat(source.names()).containsExactly("a");
      assertThatThrownBy(() -> source.entry("b")).isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void prefersTheSingleFile() throws IOException {
    writeIndex("{\"weight_map\": {\"a\": \"" + ONE + "\"}}");
    Files.copy(folder.resolve(TWO), folder.resolve(CheckpointFolder.SINGLE_FILE));
    try (CheckpointSource source = CheckpointFolder.open(folder)) {
      assertThat(source).isInstanceOf(SafetensorsFile.class);
      assertThat(source.names()).containsExactly("c");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"weight_map\"|expected well-formed JSON",
        "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"y.safetensors\"}}|the key 'a' twice",
        "{}|weight_map: expected an object of tensor names and file names",
        "{\"weight_map\":[]}|weight_map: expected an object",
        "{\"weight_map\":{}}|weight_map: expected an object",
        "{\"weight_map\":{\"a\":1}}|'a': expected the name of a .safetensors file",
        "{\"weight_map\":{\"a\":\"../x.safetensors\"}}|'a': expected the name of a .safetensors",
        "{\"weight_map\":{\"a\":\"..\\\\x.safetensors\"}}|'a': expected the name of a .safetensors",
        "{\"weight_map\":{\"a\":\"x.bin\"}}|'a': expected the name of a .safetensors",
        "{\"weight_map\":{\"a\":\"model-3.safetensors\"}}|model-3.safetensors for tensor 'a',"
            + " found",
        "{\"weight_map\":{\"a\":\"model-00002-of-00002.safetensors\"}}"
            + "|expected tensor 'a' in model-00002-of-00002.safetensors, found it not there",
      })
  void refusesInvalidIndexes(String index, String problem) throws IOException {
    writeIndex(index);
    assertThatThrownBy(() -> CheckpointFolder.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.resolve(CheckpointFolder.INDEX_FILE) + ": ")
        .hasMessageContaining(problem);
  }

  @Test
  void refusesShardsThatAreNotValid() throws IOException {
    Files.write(folder.resolve(TWO), new byte[3]);
    writeIndex("{\"weight_map\": {\"a\": \"" + ONE + "\", \"c\": \"" + TWO + "\"}}");
    assertThatThrownBy(() -> CheckpointFolder.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(TWO)
        .hasMessageContaining("at least 8 bytes, found 3");
  }

  @Test
  void saysWhatAFolderLacks() throws IOException {
    Path bare = Files.createDirectory(folder.resolve("bare"));
    assertThatThrownBy(() -> CheckpointFolder.open(bare))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            bare + ": expected model.safetensors or model.safetensors.index.json, found neither");
    assertThatThrownBy(() -> CheckpointFolder.open(folder))
        .hasMessageContaining("found model-00001-of-00002.safetensors without the index");
    Files.createFile(folder.resolve("pytorch_model.bin"));
    assertThatThrownBy(() -> CheckpointFolder.open(folder))
        .hasMessageContaining("convert it to safetensors");
    assertThatThrownBy(() -> CheckpointFolder.open(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a model folder, found none");
    assertThatThrownBy(() -> ShardedCheckpoint.open(folder.resolve("none.json")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a safetensors index, found none");
  }
}
