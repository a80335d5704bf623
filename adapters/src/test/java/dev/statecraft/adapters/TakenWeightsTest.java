package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.Weights;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters whose A and B start as a part of the weights: kept, and exported for whole weights. */
class TakenWeightsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Closeness CLOSE = Closeness.relative(1e-5);

  @TempDir Path folder;

  private static double[] logits(TinyModel tiny, Path adapter) throws IOException {
    try (Adapter open = AdapterFolder.open(adapter)) {
      Graph graph = open.graph(tiny.family());
      try (Weights weights = tiny.load(graph, open.weights(tiny.family(), tiny.base()))) {
        return tiny.logits(graph, weights);
      }
    }
  }

  private static JsonNode settings(Path adapter) throws IOException {
    return JSON.readTree(adapter.resolve("adapter_config.json").toFile());
  }

  private static double[] base(TinyModel tiny) {
    Graph graph = tiny.family().graph();
    try (Weights weights = tiny.load(graph, tiny.base())) {
      return tiny.logits(graph, weights);
    }
  }

  /** Saves random values and returns the logits. */
  private double[] save(TinyModel tiny, AdapterDescription description) throws IOException {
    Graph tuned = tiny.tuned(description);
    try (Weights weights = tiny.random(tuned, 11)) {
      AdapterFolder.save(folder.resolve("saved"), description, tiny.family(), weights);
      return tiny.logits(tuned, weights);
    }
  }

  private Path export(TinyModel tiny, AdapterFormat format) throws IOException {
    Path to = Files.createDirectory(folder.resolve("exported"));
    try (Adapter adapter = AdapterFolder.open(folder.resolve("saved"))) {
      new AdapterExport(adapter, tiny.family(), Optional.empty(), tiny.base(), tiny.torch())
          .write(to, format, name -> true);
    }
    return to;
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, PISSA, false, PEFT",
    "llama-tied, OLORA, true, PEFT",
    "bert-tiny, PISSA, true, CONTROL",
    "vit-tiny, OLORA, false, PEFT",
    "llama-tiny, PISSA, false, STATEFT"
  })
  void anExportIsForTheWholeWeights(
      String model, LoraStart start, boolean dora, AdapterFormat format) throws IOException {
    try (TinyModel tiny = TinyModel.open(model)) {
      List<String> targets = tiny.family().backbone().defaultTargets();
      Tuning tuning =
          dora
              ? new Dora(3, 5, 0, targets, LayerSelection.ALL, start)
              : new Lora(3, 5, 0, false, targets, LayerSelection.ALL, start);
      double[] expected = save(tiny, AdapterDescription.of("lora", "base", List.of(tuning)));
      assertThat(Closeness.relative(1e-2).mismatch(base(tiny), expected)).isPresent();
      // Read again, the very same weights are left.
      assertThat(logits(tiny, folder.resolve("saved"))).isEqualTo(expected);
      assertThat(settings(folder.resolve("saved")).path("init_lora_weights").asText())
          .isEqualTo(start.label());
      Path exported = export(tiny, format);
      CLOSE.check("exported", logits(tiny, exported), expected);
      try (Adapter adapter = AdapterFolder.open(exported)) {
        assertThat(adapter.description().takesFromWeights()).isFalse();
      }
      if (format == AdapterFormat.PEFT) {
        assertThat(settings(exported).path("init_lora_weights").asBoolean()).isTrue();
        assertThat(settings(exported).path("r").asInt()).isEqualTo(6);
        assertThat(settings(exported).path("lora_alpha").asDouble()).isEqualTo(10);
      }
    }
  }

  /** Ranks and alphas of some linears double as all do, and the scales stay what they were. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void patternsDoubleToo(boolean stabilized) throws IOException {
    AdapterDescription description =
        AdapterConfig.read(
            "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,"
                + "\"target_modules\":[\"q_proj\",\"v_proj\"],"
                + "\"rank_pattern\":{\"v_proj\":2},\"alpha_pattern\":{\"0.self_attn.q_proj\":3},"
                + "\"init_lora_weights\":\"pissa\",\"use_rslora\":"
                + stabilized
                + "}",
            "CONFIG",
            Map.of());
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      double[] expected = save(tiny, description);
      Path exported = export(tiny, AdapterFormat.PEFT);
      assertThat(settings(exported).path("rank_pattern").path("v_proj").asInt()).isEqualTo(4);
      CLOSE.check("exported", logits(tiny, exported), expected);
    }
  }

  @Test
  void controlBesideItStaysAsItIs() throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      LowRank control = new LowRank(2, 0.5, false, 0, Initializer.KAIMING);
      Lora lora =
          new Lora(
              2, 5, 0, false, List.of("q_proj"), LayerSelection.parse("first 2"), LoraStart.PISSA);
      double[] expected =
          save(
              tiny,
              AdapterDescription.of(
                  "control+lora",
                  "base",
                  List.of(StateTuning.control(control, LayerSelection.ALL), lora)));
      assertThat(logits(tiny, folder.resolve("saved"))).isEqualTo(expected);
      CLOSE.check("exported", logits(tiny, export(tiny, AdapterFormat.CONTROL)), expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"gaussian", "orthogonal", "eva", "mica"})
  void startsThatLeaveTheWeightsAloneAreRead(String start) {
    AdapterDescription description =
        AdapterConfig.read(
            "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"target_modules\":[\"q_proj\"],"
                + "\"init_lora_weights\":\""
                + start
                + "\"}",
            "CONFIG",
            Map.of());
    assertThat(description.takesFromWeights()).isFalse();
  }
}
