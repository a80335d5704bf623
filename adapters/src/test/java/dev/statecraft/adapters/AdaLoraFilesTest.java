package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** AdaLoRA adapters whose singular values are partly 0, in PEFT's format. */
class AdaLoraFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String UP = "model.layers.0.mlp.up_proj";
  private static final String Q = "model.layers.0.self_attn.q_proj";
  private static final String Q_1 = "model.layers.1.self_attn.q_proj";
  private static final String UP_1 = "model.layers.1.mlp.up_proj";
  private static final String KEY = "base_model.model.";

  @TempDir Path folder;

  /** Four linears of rank 4, of which 8 singular values may be left. */
  private static AdapterDescription description() {
    AdaLora tuning =
        new AdaLora(
            4,
            6,
            0.1,
            0.5,
            new RankBudget(2, 1, 2, 3, 20, 0.85, 0.8),
            List.of("q_proj", "up_proj"),
            LayerSelection.parse("first 2"),
            Map.of());
    return AdapterDescription.of("adalora", "some/model", List.of(tuning));
  }

  /** Sets singular values to what they are times these factors, linear by linear. */
  private static void set(Weights weights, String module, double... factors) {
    try (Scope scope = weights.torch().scope()) {
      weights
          .value(module + AdaLora.VALUES)
          .mulInPlace(weights.torch().of(DType.FLOAT32, factors, factors.length, 1));
    }
  }

  /** Values of a run whose budget is met: 1, 4, 0 and 3 are left of the four linears. */
  private static void meetBudget(Weights weights) {
    set(weights, Q, 0, 0, 1, 0);
    set(weights, UP, 1, 1, 1, 1);
    set(weights, Q_1, 0, 0, 0, 0);
    set(weights, UP_1, 1, 0, 1, 1);
  }

  @Test
  void whatIsLeftIsSavedAndComputesTheSame() throws IOException {
    try (TinyModel model = TinyModel.open("llama-tiny")) {
      TaskModel family = model.family();
      Graph whole = model.tuned(description());
      double[] expected;
      try (Weights weights = model.random(whole, 3)) {
        meetBudget(weights);
        expected = model.logits(whole, weights);
        AdapterFolder.save(folder, description(), family, weights);
      }
      assertThat(shape(folder, Q + ".lora_A")).containsExactly(1, 32);
      assertThat(shape(folder, Q + ".lora_E")).containsExactly(1, 1);
      assertThat(shape(folder, UP_1 + ".lora_B")).containsExactly(88, 3);
      assertThat(shape(folder, Q_1 + ".lora_A")).as("as PEFT").containsExactly(0, 32);
      assertThat(shape(folder, Q_1 + ".lora_B")).containsExactly(32, 0);
      JsonNode pattern = settings(folder).get("rank_pattern");
      assertThat(pattern).hasSize(4);
      assertThat(pattern.get(UP_1 + ".lora_E").toString()).isEqualTo("[true,false,true,true]");
      for (Path adapter : List.of(folder, folder.resolve("again"))) {
        try (Adapter open = AdapterFolder.open(adapter)) {
          Graph graph = open.graph(family);
          assertThat(graph.parameters()).doesNotContainKey(Q_1 + AdaLora.VALUES);
          assertThat(graph.trainableParameters().stream().mapToLong(Parameter::elements).sum())
              .isEqualTo((32 + 1 + 32) + (4 + 3) * (32L + 1 + 88));
          try (Weights weights = model.load(graph, open.weights(family, model.base()))) {
            Closeness.relative(1e-6).check("logits", model.logits(graph, weights), expected);
            AdapterFolder.save(folder.resolve("again"), open.description(), family, weights);
          }
        }
      }
      assertThat(settings(folder.resolve("again"))).isEqualTo(settings(folder));
      assertThat(Files.readAllBytes(folder.resolve("again").resolve(AdapterFolder.WEIGHTS_FILE)))
          .isEqualTo(Files.readAllBytes(folder.resolve(AdapterFolder.WEIGHTS_FILE)));
    }
  }

  /** In the middle of a run values that are 0 may come back; before the first step all are. */
  @ParameterizedTest
  @CsvSource({"1", "0"})
  void noneIsLeftOutBeforeTheBudgetIsMet(double others) throws IOException {
    try (TinyModel model = TinyModel.open("llama-tiny")) {
      Graph whole = model.tuned(description());
      try (Weights weights = model.random(whole, 3)) {
        set(weights, Q, 0, others, others, others);
        for (String module : List.of(UP, Q_1, UP_1)) {
          set(weights, module, others, others, others, others);
        }
        AdapterFolder.save(folder, description(), model.family(), weights);
      }
      assertThat(settings(folder).get("rank_pattern").isNull()).isTrue();
      assertThat(shape(folder, Q + ".lora_A")).containsExactly(4, 32);
      try (Adapter open = AdapterFolder.open(folder)) {
        assertThat(open.graph(model.family()).edges()).isEqualTo(whole.edges());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = AdapterFormat.class,
      names = {"PEFT", "CONTROL"})
  void goesThroughItsFormats(AdapterFormat format) throws IOException {
    try (TinyModel model = TinyModel.open("llama-tiny")) {
      TaskModel family = model.family();
      try (Weights weights = model.random(model.tuned(description()), 3)) {
        meetBudget(weights);
        AdapterFolder.save(folder, description(), family, weights);
      }
      Path out = Files.createDirectory(folder.resolve("out"));
      try (Adapter open = AdapterFolder.open(folder)) {
        new AdapterExport(open, family, Optional.empty(), model.base(), model.torch())
            .write(out, format, name -> true);
      }
      JsonNode part =
          format == AdapterFormat.PEFT ? settings(out) : settings(out).get("parts").get(0);
      assertThat(part.get("rank_pattern")).isEqualTo(settings(folder).get("rank_pattern"));
      assertThat(settings(out).get("peft_type").asText())
          .isEqualTo(format == AdapterFormat.PEFT ? "ADALORA" : "CONTROL");
      try (Adapter first = AdapterFolder.open(folder);
          Adapter second = AdapterFolder.open(out)) {
        assertThat(second.keys()).isEqualTo(first.keys());
        assertThat(second.graph(family).edges()).isEqualTo(first.graph(family).edges());
      }
    }
  }

  /** Until 0.18 PEFT saved the rank that its scale divides by. */
  @ParameterizedTest
  @CsvSource({"4, true", "3, false"})
  void theRankOfTheScaleMustBeTheFirst(float rank, boolean isRead) throws IOException {
    try (TinyModel model = TinyModel.open("llama-tiny")) {
      save(model);
      SafetensorsWriter writer = new SafetensorsWriter();
      try (SafetensorsFile file =
          SafetensorsFile.open(folder.resolve(AdapterFolder.WEIGHTS_FILE))) {
        for (String key : file.names()) {
          TensorEntry entry = file.entry(key);
          ByteBuffer bytes = file.read(key);
          writer.add(entry, () -> bytes);
        }
        writer.add(
            TensorEntry.of(KEY + Q + ".ranknum", ElementType.F32, 1),
            () -> ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(rank).flip());
        writer.writeTo(folder.resolve("new"));
      }
      Files.move(
          folder.resolve("new"),
          folder.resolve(AdapterFolder.WEIGHTS_FILE),
          StandardCopyOption.REPLACE_EXISTING);
      try (Adapter open = AdapterFolder.open(folder)) {
        if (isRead) {
          assertThat(open.stored(model.family(), name -> true)).isNotEmpty();
        } else {
          assertThatThrownBy(() -> open.stored(model.family(), name -> true))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("unexpected")
              .hasMessageContaining(Q + ".ranknum");
        }
      }
    }
  }

  private void save(TinyModel model) throws IOException {
    try (Weights weights = model.random(model.tuned(description()), 3)) {
      AdapterFolder.save(folder, description(), model.family(), weights);
    }
  }

  /** PEFT compares target_r with nothing, and takes the rank for an alpha that is not above 0. */
  @Test
  void whatPeftTakesIsTakenSo() throws IOException {
    try (TinyModel model = TinyModel.open("llama-tiny")) {
      save(model);
      change("target_r", JSON.readTree("5"));
      change("lora_alpha", JSON.readTree("0"));
      try (Adapter adapter = AdapterFolder.open(folder)) {
        assertThat(adapter.description().parts().get(0).scale())
            .isEqualTo(AdaLora.scale(4, 4), offset(1e-12));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "total_step | null | total_step: expected a positive integer, found",
        "tinit | 18 | tinit: expected less than total_step - tfinal, 18, found 18",
        "beta1 | 1 | beta1: expected a number between 0 and 1, found 1",
        "orth_reg_weight | -1 | orth_reg_weight: expected a number of 0 or more, found -1",
        "layer_replication | [[0, 2]] | layer_replication: expected none (others are not"
            + " supported), found [[0,2]]",
        "use_dora | true | use_dora: expected false (true is not supported), found true",
        "rank_pattern | {\""
            + Q
            + ".lora_E\": [true]} | rank_pattern."
            + Q
            + ".lora_E: expected init_r = 4 of true and false, found [true]"
      })
  void settingsThatPeftWouldNotTakeAreRefused(String key, String value, String message)
      throws IOException {
    try (TinyModel model = TinyModel.open("llama-tiny")) {
      save(model);
      change(key, JSON.readTree(value));
      assertThatThrownBy(() -> AdapterFolder.open(folder).close())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(AdapterFolder.CONFIG_FILE + ": " + message);
    }
  }

  @Test
  void aPatternOfOtherLinearsIsRefused() throws IOException {
    try (TinyModel model = TinyModel.open("llama-tiny")) {
      save(model);
      change(
          "rank_pattern",
          JSON.readTree("{\"model.layers.2.mlp.up_proj.lora_E\": [true, true, false, false]}"));
      try (Adapter open = AdapterFolder.open(folder)) {
        assertThatThrownBy(() -> open.graph(model.family()))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("rank_pattern: expected linears that are targets, found")
            .hasMessageContaining("model.layers.2.mlp.up_proj");
      }
    }
  }

  private void change(String key, JsonNode value) throws IOException {
    ObjectNode settings = (ObjectNode) settings(folder);
    settings.set(key, value);
    Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), settings.toString());
  }

  private static JsonNode settings(Path adapter) throws IOException {
    return JSON.readTree(adapter.resolve(AdapterFolder.CONFIG_FILE).toFile());
  }

  private static long[] shape(Path adapter, String name) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(adapter.resolve(AdapterFolder.WEIGHTS_FILE))) {
      return file.entry(KEY + name).shape();
    }
  }
}
