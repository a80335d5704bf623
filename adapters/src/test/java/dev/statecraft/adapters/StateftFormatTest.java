package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.Weights;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters in the format of the paper's authors' newer code. */
class StateftFormatTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "stateft_lora_v2_";

  @TempDir Path folder;
  private Path saved;
  private Path exported;

  @BeforeEach
  void folders() throws IOException {
    saved = folder.resolve("saved");
    exported = Files.createDirectory(folder.resolve("exported"));
  }

  /** Saves a random adapter and exports it; both give the same logits. Returns the keys. */
  private Set<String> export(String model, List<Tuning> tunings) throws IOException {
    try (TinyModel tiny = TinyModel.open(model)) {
      AdapterDescription description = AdapterDescription.of("x", "some/model", tunings);
      Graph tuned = tiny.tuned(description);
      double[] expected;
      try (Weights weights = tiny.random(tuned, 11)) {
        AdapterFolder.save(saved, description, tiny.family(), weights);
        expected = tiny.logits(tuned, weights);
      }
      try (Adapter adapter = AdapterFolder.open(saved)) {
        new AdapterExport(adapter, tiny.family(), Optional.empty(), tiny.base(), tiny.torch())
            .write(exported, AdapterFormat.STATEFT, name -> false);
      }
      try (Adapter adapter = AdapterFolder.open(exported)) {
        assertThat(adapter.description().method()).isEqualTo("edges");
        Graph graph = adapter.graph(tiny.family());
        try (Weights again = tiny.load(graph, adapter.weights(tiny.family(), tiny.base()))) {
          double[] found = tiny.logits(graph, again);
          for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-5));
          }
        }
        return adapter.keys();
      }
    }
  }

  private static LowRank lowRank(double scale) {
    return new LowRank(2, scale, false, 0, Initializer.KAIMING);
  }

  private static Tuning doubleControl() {
    return StateTuning.doubleControl(lowRank(0.5), LayerSelection.ALL);
  }

  private JsonNode settings() throws IOException {
    return JSON.readTree(exported.resolve("adapter_config.json").toFile());
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, model-layers-1-input_layernorm-TO-model-layers-1-self_attn,"
        + " model-layers-1-post_attention_layernorm-TO-model-layers-1-mlp",
    "bert-tiny, bert-encoder-layer-1-attention-TO-bert-encoder-layer-1-attention,"
        + " bert-encoder-layer-1-intermediate-TO-bert-encoder-layer-1-output",
    "roberta-tiny, roberta-encoder-layer-1-attention-TO-roberta-encoder-layer-1-attention,"
        + " roberta-encoder-layer-1-intermediate-TO-roberta-encoder-layer-1-output",
    "vit-tiny, vit-layers-1-layernorm_before-TO-vit-layers-1-attention,"
        + " vit-layers-1-layernorm_after-TO-vit-layers-1-mlp"
  })
  void doubleControlGoesFromModuleToModule(String model, String attention, String mlp)
      throws IOException {
    assertThat(export(model, List.of(doubleControl())))
        .contains(KEY + attention + ".lora_A.weight", KEY + mlp + ".lora_B.weight");
    assertThat(settings().path("peft_type").asText()).isEqualTo("STATEFT_LORA_V2");
    assertThat(settings().path("r").asInt()).isEqualTo(2);
    assertThat(settings().path("lora_alpha").asDouble()).isEqualTo(1);
    assertThat(settings().path("target_modules")).hasSize(2);
    assertThat(settings().path("in_features").asInt()).isEqualTo(32);
  }

  @Test
  void anyLowRankEdgeBetweenModulesIsWritten() throws IOException {
    StateTuning edges =
        new StateTuning(
            List.of(
                ControlEdge.between("embeddings", "layers.2.mlp_output", lowRank(3)),
                ControlEdge.between("layers.1.gated", "layers.1.output", lowRank(3)),
                ControlEdge.around(BlockName.FULL, lowRank(3))),
            LayerSelection.parse("2"));
    Lora lora = new Lora(2, 6, 0, List.of("q_proj", "down_proj"), LayerSelection.parse("0"));
    assertThat(export("llama-tiny", List.of(edges, lora)))
        .contains(
            KEY + "model-layers-0-input_layernorm-TO-model-layers-2-mlp.lora_A.weight",
            KEY + "model-layers-1-mlp-down_proj-TO-model-layers-1-mlp.lora_A.weight",
            KEY + "model-layers-2-TO-model-layers-2.lora_A.weight",
            KEY
                + "model-layers-0-self_attn-q_proj-TO-model-layers-0-self_attn-q_proj.lora_A.weight")
        .hasSize(2 * 5);
    // Edges of several widths have theirs one by one.
    assertThat(settings().path("in_features").isNull()).isTrue();
    JsonNode targets = settings().path("target_modules");
    assertThat(targets.path("mlp.down_proj-TO-mlp").toString()).isEqualTo("[88,32]");
    assertThat(targets.path("self_attn.q_proj-TO-self_attn.q_proj").toString())
        .isEqualTo("[32,32]");
    assertThat(targets).hasSize(5);
  }

  @Test
  void whatItCannotHoldIsRefused() {
    refuses("llama-tiny", new Dora(2, 4, 0, List.of("q_proj"), LayerSelection.ALL))
        .hasMessage(
            "--format stateft: expected low-rank control or lora, found 'dora'; --format peft"
                + " writes it");
    refuses(
            "vit-tiny",
            StateTuning.control(
                new LowRank(2, 1, true, 0, Initializer.KAIMING), LayerSelection.ALL))
        .hasMessageContaining("expected low-rank functions without biases, found ");
    refuses("llama-tiny", StateTuning.adapter(lowRank(1), LayerSelection.ALL))
        .hasMessage(
            "--format stateft: expected edges from what enters a module to what leaves one, found"
                + " one from 'layers.0.attn_output@0' to 'layers.0.attn_output'; --format control"
                + " writes it");
    refuses(
            "llama-tiny",
            new StateTuning(
                List.of(
                    ControlEdge.around(BlockName.ATTENTION, lowRank(1)),
                    ControlEdge.around(BlockName.MLP, lowRank(2))),
                LayerSelection.ALL))
        .hasMessageContaining(
            "expected one rank and one scale for all edges, found ranks [2] and scales [1.0, 2.0]");
    StateTuning mlp = StateTuning.control(lowRank(1), LayerSelection.parse("1"));
    refuses(
            "llama-tiny",
            mlp,
            new StateTuning(
                List.of(ControlEdge.between("layers.1.middle", "layers.1.mlp_output", lowRank(1))),
                LayerSelection.ALL))
        .hasMessageContaining(
            "expected one edge of a name, found"
                + " 'model-layers-1-post_attention_layernorm-TO-model-layers-1-mlp' twice");
  }

  private org.assertj.core.api.AbstractThrowableAssert<?, ?> refuses(
      String model, Tuning... tunings) {
    return assertThatThrownBy(() -> export(model, List.of(tunings)))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void settingsAndModulesThatAreNotKnown() throws IOException {
    Path theirs = Fixtures.file("llama-stateft.adapter");
    for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(theirs.resolve(name), exported.resolve(name));
    }
    try (TinyModel tiny = TinyModel.open("bert-tiny");
        Adapter adapter = AdapterFolder.open(exported)) {
      assertThatThrownBy(() -> adapter.graph(tiny.family()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(
              "adapter_config.json: " + KEY + "model-layers-0-input_layernorm-TO-")
          .hasMessageContaining("expected modules of the model, such as [attention, ")
          .hasMessageEndingWith("found 'model-layers-0-input_layernorm'");
    }
    set("peft_type", "\"STATEFT_LORA\"");
    set("use_rslora", "true");
    try (Adapter adapter = AdapterFolder.open(exported)) {
      assertThat(adapter.description().parts().get(0).moduleEdges().orElseThrow().function())
          .isEqualTo(lowRankOf(4, 8 / 2.0));
    }
    set("lora_bias", "true");
    assertThatThrownBy(() -> AdapterFolder.open(exported).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("lora_bias: expected false (true is not supported), found true");
    set("lora_bias", "false");
    Files.delete(exported.resolve("adapter_model.safetensors"));
    Files.copy(
        Fixtures.file("llama-stateft/model.safetensors"),
        exported.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> AdapterFolder.open(exported).close())
        .hasMessageContaining(
            "peft_type: expected tensors such as stateft_lora_v2_HEAD-TO-TAIL.lora_A.weight in");
  }

  private static LowRank lowRankOf(int rank, double scale) {
    return new LowRank(rank, scale, false, 0, Initializer.KAIMING);
  }

  private void set(String key, String json) throws IOException {
    ObjectNode root = (ObjectNode) settings();
    root.set(key, JSON.readTree(json));
    JSON.writeValue(exported.resolve("adapter_config.json").toFile(), root);
  }
}
