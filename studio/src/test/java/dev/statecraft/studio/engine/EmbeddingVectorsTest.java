package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders of sentence-transformers, of earlier versions and of today's: the vectors that it gives
 * itself. {@code -Dstatecraft.fixtures=DIR} takes another folder of the same layout.
 */
final class EmbeddingVectorsTest {
  private static final String NAME = "embeddings";
  private static final Closeness CLOSE = Closeness.of(DType.FLOAT32);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final Engine engine = new ModelEngine();

  private static Path fixtures() {
    Optional<Path> other =
        Optional.ofNullable(System.getProperty("statecraft.fixtures"))
            .filter(name -> !name.isBlank())
            .map(name -> Path.of(System.getProperty("statecraft.root"), "").resolve(name));
    if (other.isPresent() && !Files.exists(other.get().resolve(NAME + ".json"))) {
      Assumptions.abort(other.get() + " has no " + NAME + ".json");
    }
    return other.orElseGet(Fixtures::folder);
  }

  @TestFactory
  List<DynamicTest> vectorsAreThoseOfSentenceTransformers() throws IOException {
    Path fixtures = fixtures();
    JsonNode json = JSON.readTree(fixtures.resolve(NAME + ".json").toFile());
    List<TextInput> texts = new ArrayList<>();
    json.get("texts").forEach(text -> texts.add(new TextInput(text.textValue())));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode one : json.get("cases")) {
      String name = one.get("name").textValue();
      tests.add(DynamicTest.dynamicTest(name, () -> check(fixtures, one, name, texts)));
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private void check(Path fixtures, JsonNode one, String name, List<TextInput> texts)
      throws IOException {
    Path model = folder.resolve(name);
    copy(fixtures.resolve(NAME).resolve(one.get("model").textValue()), model);
    for (Map.Entry<String, JsonNode> file : one.get("files").properties()) {
      Path path = model.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue().toString());
    }
    Path more = fixtures.resolve(NAME).resolve(name);
    boolean tuned = one.has("adapter");
    if (Files.isDirectory(more) && !tuned) {
      copy(more, model);
    }
    List<String> notes = new ArrayList<>();
    TunedModel chosen =
        new TunedModel(
            model.toString(), tuned ? Optional.of(more) : Optional.empty(), Quantization.NONE);
    Embeddings found;
    try (OpenModel open = engine.openEmbedder(chosen, DType.FLOAT32, Device.CPU, notes::add)) {
      found = open.embed(texts, options(one));
      assertThat(open.embed(texts.subList(3, 4), options(one)).vectors().get(0))
          .as("alone as among others")
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(found.vectors().get(3));
    }
    assertThat(notes).hasSize(one.get("files").isEmpty() ? 1 : 0);
    assertThat(notes)
        .filteredOn(note -> note.contains(more + " has a modules.json"))
        .hasSize(Files.exists(more.resolve("modules.json")) ? 1 : 0);
    double[] expected = expected(fixtures, name);
    double[] actual =
        found.vectors().stream()
            .flatMapToDouble(
                vector -> IntStream.range(0, vector.length).mapToDouble(i -> vector[i]))
            .toArray();
    assertThat(CLOSE.mismatch(actual, expected)).isEmpty();
  }

  private static EmbedOptions options(JsonNode one) {
    Optional<EmbedOptions.Prompt> prompt =
        one.has("prompt")
            ? Optional.of(new EmbedOptions.TextPrompt(one.get("prompt").textValue()))
            : Optional.ofNullable(one.get("prompt_name"))
                .map(word -> new EmbedOptions.NamedPrompt(word.textValue()));
    return new EmbedOptions(
        prompt,
        Optional.ofNullable(one.get("normalize")).map(JsonNode::booleanValue),
        one.has("max_length")
            ? OptionalInt.of(one.get("max_length").intValue())
            : OptionalInt.empty(),
        3);
  }

  private static double[] expected(Path fixtures, String name) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(fixtures.resolve(NAME + ".safetensors"))) {
      FloatBuffer floats = file.read(name).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      double[] values = new double[floats.remaining()];
      for (int i = 0; i < values.length; i++) {
        values[i] = floats.get(i);
      }
      return values;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}
