package dev.statecraft.studio.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.studio.engine.EmbedOptions;
import dev.statecraft.studio.engine.LabelledBert;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.engine.TextInput;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of texts become files of vectors, in order and without all of them in memory. */
final class FileEmbeddingTest {
  private static final int WIDTH = 16;

  @TempDir private Path folder;

  private OpenModel model() throws IOException {
    Path bert = LabelledBert.write(folder.resolve("bert"), List.of("a", "b"));
    return new ModelEngine()
        .openEmbedder(
            new TunedModel(bert.toString(), Optional.empty(), Quantization.NONE),
            DType.FLOAT32,
            Device.CPU,
            note -> {});
  }

  private static EmbedRows rows(Path file) {
    return new EmbedRows(file, Optional.empty());
  }

  private EmbedOutcome npy(OpenModel model, Path texts, Path to) throws IOException {
    return new FileEmbedding(model, rows(texts), EmbedOptions.DEFAULT).into(to, VectorFormat.NPY);
  }

  @Test
  void npyIsNumpysToTheByte() throws IOException {
    Path texts = Files.writeString(folder.resolve("in.txt"), "w5 w6\n\nw7 w8 w9\r\n  \nw10");
    Path file = folder.resolve("out.npy");
    try (OpenModel model = model()) {
      EmbedOutcome outcome = npy(model, texts, file);
      assertThat(outcome.texts()).isEqualTo(3);
      assertThat(outcome.blankLines()).isEqualTo(2);
      assertThat(outcome.width()).isEqualTo(WIDTH);
      byte[] bytes = Files.readAllBytes(file);
      assertThat(bytes).hasSize(128 + 3 * WIDTH * 4);
      assertThat(Arrays.copyOf(bytes, 10))
          .containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
      assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
          .isEqualTo(
              String.format(
                  "%-117s\n",
                  "{'descr': '<f4', 'fortran_order': False, 'shape': (3, " + WIDTH + "), }"));
      ByteBuffer values =
          ByteBuffer.wrap(bytes, 128, bytes.length - 128).order(ByteOrder.LITTLE_ENDIAN);
      for (String text : List.of("w5 w6", "w7 w8 w9", "w10")) {
        for (float value : model.embed(text)) {
          assertThat(values.getFloat()).isCloseTo(value, within(1e-6f));
        }
      }
    }
  }

  @Test
  void idsAreWrittenAsTheyAre() throws IOException {
    List<String> ids =
        List.of(
            "{\"book\":\"a\",\"page\":[1,2]}", "[\"a\",7]", "null", "12345678901234567890", "0.25");
    StringBuilder lines = new StringBuilder();
    ids.forEach(id -> lines.append("{\"id\": " + id + ", \"text\": \"w5\"}\n"));
    Path texts = Files.writeString(folder.resolve("in.jsonl"), lines);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OpenModel model = model()) {
      new FileEmbedding(model, rows(texts), EmbedOptions.DEFAULT).into(new JsonLines(out));
    }
    List<String> written = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(written).hasSameSizeAs(ids);
    for (int i = 0; i < ids.size(); i++) {
      assertThat(written.get(i)).startsWith("{\"id\": " + ids.get(i) + ", \"row\": " + (i + 1));
    }
  }

  @Test
  void linesKeepRowsIdsAndEveryDigit() throws IOException {
    Path texts =
        Files.writeString(
            folder.resolve("in.jsonl"),
            "{\"id\": \"a\", \"sentence\": \"w5\"}\n{\"sentence\": \"\", \"id\": 7}\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OpenModel model = model()) {
      new FileEmbedding(model, rows(texts), EmbedOptions.DEFAULT).into(new JsonLines(out));
      List<JsonNode> lines = new ArrayList<>();
      for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
        lines.add(new ObjectMapper().readTree(line));
      }
      assertThat(lines).hasSize(2);
      assertThat(lines.get(0).get("id").textValue()).isEqualTo("a");
      assertThat(lines.get(1).get("id").intValue()).isEqualTo(7);
      assertThat(lines.get(1).get("row").intValue()).isEqualTo(2);
      assertThat(lines.get(1).get("embedding")).hasSize(WIDTH);
      float[] expected =
          model
              .embed(List.of(new TextInput("w5"), new TextInput("")), EmbedOptions.DEFAULT)
              .vectors()
              .get(0);
      for (int i = 0; i < WIDTH; i++) {
        assertThat((float) lines.get(0).get("embedding").get(i).asDouble()).isEqualTo(expected[i]);
      }
    }
  }

  /** More than are in memory at once, of many lengths: every vector is that of its own text. */
  @Test
  void manyTextsStayInOrder() throws IOException {
    int many = 2500;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < many; i++) {
      text.append("w").append(4 + i % 7).append(" w9".repeat(i * 31 % 40)).append('\n');
    }
    Path file = folder.resolve("out.npy");
    try (OpenModel model = model()) {
      EmbedOutcome outcome =
          npy(model, Files.writeString(folder.resolve("in.txt"), text.toString()), file);
      assertThat(outcome.texts()).isEqualTo(many);
      assertThat(outcome.maxLength()).isEqualTo(24);
      long longer = IntStream.range(0, many).filter(i -> i * 31 % 40 > 21).count();
      assertThat(outcome.truncated()).isEqualTo(longer);
      ByteBuffer values =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).position(128);
      for (int i : new int[] {0, 1, 31, 1023, 1024, 2047, 2048, many - 1}) {
        float[] expected = model.embed(text.toString().lines().skip(i).findFirst().orElseThrow());
        for (int j = 0; j < WIDTH; j++) {
          assertThat(values.getFloat(128 + (i * WIDTH + j) * 4))
              .as("text %d", i)
              .isCloseTo(expected[j], within(1e-5f));
        }
      }
    }
  }

  @Test
  void nothingIsLeftOfWhatFails() throws IOException {
    Path texts = Files.writeString(folder.resolve("in.csv"), "text,label\nw5,a\n");
    Path there = Files.writeString(folder.resolve("out.npy"), "there before");
    try (OpenModel model = model()) {
      EmbedRows missing = new EmbedRows(texts, Optional.of("words"));
      assertThatThrownBy(
              () ->
                  new FileEmbedding(model, missing, EmbedOptions.DEFAULT)
                      .into(there, VectorFormat.NPY))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no column 'words'");
    }
    assertThat(there).hasContent("there before");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("bert", "in.csv", "out.npy");
    }
  }

  @Test
  void namesSayTheFormat() {
    assertThat(VectorFormat.of(Path.of("a.JSONL"))).contains(VectorFormat.JSONL);
    assertThat(VectorFormat.of(Path.of("a.npy"))).contains(VectorFormat.NPY);
    assertThat(VectorFormat.of(Path.of("npy"))).isEmpty();
  }
}
