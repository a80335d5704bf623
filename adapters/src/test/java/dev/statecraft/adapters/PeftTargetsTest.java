package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which linears PEFT's settings mean, and with which ranks and scales. */
class PeftTargetsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static AdapterDescription description(String settings) {
    return AdapterConfig.read(
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8," + settings + "}", "CONFIG", Map.of());
  }

  /** Ranks by the linears that get one. */
  private static Map<String, Long> ranks(Graph tuned) {
    Map<String, Long> ranks = new TreeMap<>();
    for (Parameter parameter : tuned.trainableParameters()) {
      if (parameter.name().endsWith(".lora_A.weight")) {
        String name = parameter.name().replace(".lora_A.weight", "");
        ranks.put(name.replace("model.layers.", ""), parameter.size(0));
      }
    }
    return ranks;
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`\"target_modules\":\"all-linear\"` | 21",
        "`\"target_modules\":\"all-linear\",\"exclude_modules\":[\"mlp.up_proj\",\"k_proj\"]` | 15",
        "`\"target_modules\":\"all-linear\",\"exclude_modules\":\".*layers\\\\.[01]\\\\..*\"` | 7",
        "`\"target_modules\":\".*self_attn\\\\.(q|v)_proj\"` | 6",
        "`\"target_modules\":\"model\\\\.layers\\\\.[12]\\\\.mlp\\\\..*_proj\"` | 6",
        "`\"target_modules\":[\"q_proj\",\"model.layers.1.mlp.up_proj\"]` | 4",
        "`\"target_modules\":[\"q_proj\"],\"layers_to_transform\":[0,2],"
            + "\"layers_pattern\":\"layers\"` | 2"
      })
  void linearsAreFoundAndWrittenAgain(String settings, int linears) throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      AdapterDescription read = description(settings);
      Map<String, Long> found = ranks(tiny.tuned(read));
      assertThat(found).hasSize(linears);
      AdapterDescription again =
          AdapterConfig.read(AdapterConfig.write(read, tiny.family()), "AGAIN", Map.of());
      assertThat(ranks(tiny.tuned(again))).isEqualTo(found);
    }
  }

  @Test
  void patternsGiveRanksOfTheirOwn() throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      AdapterDescription read =
          description(
              "\"target_modules\":[\"q_proj\",\"v_proj\"],"
                  + "\"rank_pattern\":{\"^model.layers.1.self_attn.q_proj\":2,\"v_proj\":3,"
                  + "\"layers\\\\.\\\\d\\\\.self_attn.q_proj\":5}");
      Map<String, Long> expected =
          Map.of(
              "0.self_attn.q_proj", 5L,
              "0.self_attn.v_proj", 3L,
              "1.self_attn.q_proj", 2L,
              "1.self_attn.v_proj", 3L,
              "2.self_attn.q_proj", 5L,
              "2.self_attn.v_proj", 3L);
      assertThat(ranks(tiny.tuned(read))).isEqualTo(expected);
      String written = AdapterConfig.write(read, tiny.family());
      assertThat(ranks(tiny.tuned(AdapterConfig.read(written, "AGAIN", Map.of()))))
          .isEqualTo(expected);
      JsonNode json = JSON.readTree(written);
      assertThat(json.path("rank_pattern")).hasSize(3);
      assertThat(json.path("target_modules")).hasSize(2);
    }
  }

  /** What would be trained twice, and so be one thing here and another in PEFT. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`\"modules_to_save\":[\"proj\"]` | modules_to_save: expected modules that are no"
            + " targets, found 'model.layers.0.self_attn.q_proj', which is both",
        "`\"trainable_token_indices\":{\"embed_tokens\":[1],\"model.embed_tokens\":[2]}` |"
            + " trainable_token_indices: expected one entry for each table, found"
            + " 'model.embed_tokens'",
        "`\"modules_to_save\":[\"embed_tokens\"],\"ensure_weight_tying\":true,"
            + "\"trainable_token_indices\":{\"lm_head\":[3]}` | trainable_token_indices: expected"
            + " tables that modules_to_save does not train whole, found [embed_tokens]"
      })
  void whatIsTrainedTwiceIsRefused(String settings, String message) throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tied")) {
      AdapterDescription read = description("\"target_modules\":[\"q_proj\"]," + settings);
      assertThatThrownBy(() -> tiny.tuned(read)).hasMessageContaining(message);
    }
  }

  /** Scales: of alpha over rank, or over its root. */
  @ParameterizedTest
  @CsvSource({"false, 6, 8", "true, 12, 16"})
  void patternsGiveScalesOfTheirOwn(boolean stabilized, double scaleOfQ, double scaleOfV) {
    ProjectionsPart part =
        description(
                "\"target_modules\":[\"q_proj\",\"v_proj\"],\"use_rslora\":"
                    + stabilized
                    + ",\"alpha_pattern\":{\"q_proj\":24},\"rank_pattern\":{\"v_proj\":1}")
            .parts()
            .get(0)
            .projections()
            .orElseThrow();
    assertThat(part.scale(List.of("model.layers.0.self_attn.q_proj"))).isEqualTo(scaleOfQ);
    assertThat(part.scale(List.of("model.layers.0.self_attn.v_proj"))).isEqualTo(8);
    assertThat(part.scale() * 4).isEqualTo(scaleOfV);
  }

  /** What is trained whole is saved, and takes the place of the base model's. */
  @Test
  void modulesAreSavedWhole() throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      AdapterDescription read =
          description(
              "\"target_modules\":\"all-linear\","
                  + "\"modules_to_save\":[\"embed_tokens\",\"lm_head\",\"1.mlp\"]");
      Graph tuned = tiny.tuned(read);
      assertThat(ranks(tuned)).hasSize(21 - 3);
      assertThat(
              tuned.trainableParameters().stream()
                  .filter(parameter -> parameter.role() == Parameter.Role.BASE)
                  .map(Parameter::name))
          .containsExactlyInAnyOrder(
              "model.embed_tokens.weight",
              "lm_head.weight",
              "model.layers.1.mlp.gate_proj.weight",
              "model.layers.1.mlp.up_proj.weight",
              "model.layers.1.mlp.down_proj.weight");
      Path saved = folder.resolve("saved");
      double[] expected;
      try (Weights weights = tiny.random(tuned, 3)) {
        AdapterFolder.save(saved, read, tiny.family(), weights);
        expected = tiny.logits(tuned, weights);
      }
      try (Adapter adapter = AdapterFolder.open(saved)) {
        assertThat(adapter.keys())
            .contains(
                "base_model.model.model.embed_tokens.weight", "base_model.model.lm_head.weight");
      }
      assertThat(logits(tiny, saved)).isEqualTo(expected);
      JsonNode json = JSON.readTree(saved.resolve("adapter_config.json").toFile());
      assertThat(json.path("modules_to_save")).hasSize(3);
    }
  }

  /** An adapter of uneven ranks: its logits are those of a double of it with one rank and alpha. */
  @Test
  void anUnevenAdapterGivesTheLogitsOfAnEvenOne() throws IOException {
    String uneven =
        "\"target_modules\":[\"q_proj\",\"v_proj\"],\"rank_pattern\":{\"v_proj\":2},"
            + "\"alpha_pattern\":{\"v_proj\":4,\"0.self_attn.q_proj\":16}";
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      AdapterDescription read = description(uneven);
      Graph tuned = tiny.tuned(read);
      Path saved = folder.resolve("saved");
      double[] expected;
      try (Weights weights = tiny.random(tuned, 3)) {
        AdapterFolder.save(saved, read, tiny.family(), weights);
        expected = tiny.logits(tuned, weights);
        Path even = Files.createDirectories(folder.resolve("even"));
        writeEven(even, tuned, weights);
        assertThat(logits(tiny, even)).usingComparatorWithPrecision(1e-5).containsExactly(expected);
      }
      assertThat(logits(tiny, saved)).isEqualTo(expected);
      Path exported = Files.createDirectories(folder.resolve("exported"));
      try (Adapter adapter = AdapterFolder.open(saved)) {
        new AdapterExport(adapter, tiny.family(), Optional.empty(), tiny.base(), tiny.torch())
            .write(exported, AdapterFormat.PEFT, name -> true);
      }
      assertThat(logits(tiny, exported)).isEqualTo(expected);
    }
  }

  /** All ranks 4 with rows of zeros, all alphas 8 with B twice as large where alpha was. */
  private static void writeEven(Path to, Graph tuned, Weights weights) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (Parameter parameter : tuned.trainableParameters()) {
      float[] values = weights.value(parameter.name()).toFloats();
      boolean a = parameter.name().endsWith("A.weight");
      int rows = (int) parameter.size(0);
      int columns = (int) parameter.size(1);
      int evenRows = a ? 4 : rows;
      int evenColumns = a ? columns : 4;
      float factor = !a && parameter.name().contains("layers.0.self_attn.q_proj") ? 2 : 1;
      ByteBuffer bytes =
          ByteBuffer.allocate(evenRows * evenColumns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < evenRows; i++) {
        for (int j = 0; j < evenColumns; j++) {
          bytes.putFloat(i < rows && j < columns ? values[i * columns + j] * factor : 0);
        }
      }
      writer.add(
          TensorEntry.of(
              "base_model.model." + parameter.name(), ElementType.F32, evenRows, evenColumns),
          bytes::flip);
    }
    writer.writeTo(to.resolve("adapter_model.safetensors"));
    Files.writeString(
        to.resolve("adapter_config.json"),
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,"
            + "\"target_modules\":[\"q_proj\",\"v_proj\"]}");
  }

  private static double[] logits(TinyModel tiny, Path folder) throws IOException {
    try (Adapter adapter = AdapterFolder.open(folder)) {
      Graph graph = adapter.graph(tiny.family());
      try (Weights weights = tiny.load(graph, adapter.weights(tiny.family(), tiny.base()))) {
        return tiny.logits(graph, weights);
      }
    }
  }
}
