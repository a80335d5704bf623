package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
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
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters of random values, written in another format and read back. */
class AdapterExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path saved;
  private Path exported;

  @BeforeEach
  void folders() throws IOException {
    saved = folder.resolve("saved");
    exported = Files.createDirectory(folder.resolve("exported"));
  }

  /** Saves a random adapter and exports it; both give the same logits, to the bit. */
  private void export(String model, String method, List<Tuning> tunings, AdapterFormat format)
      throws IOException {
    try (TinyModel tiny = TinyModel.open(model)) {
      AdapterDescription description = AdapterDescription.of(method, "some/model", tunings);
      Graph tuned = tiny.tuned(description);
      double[] expected;
      try (Weights weights = tiny.random(tuned, 11)) {
        AdapterFolder.save(saved, description, tiny.family(), weights);
        expected = tiny.logits(tuned, weights);
      }
      try (Adapter adapter = AdapterFolder.open(saved)) {
        new AdapterExport(
                adapter, tiny.family(), Optional.of("org/name"), tiny.base(), tiny.torch())
            .write(exported, format, name -> false);
      }
      try (Adapter adapter = AdapterFolder.open(exported)) {
        assertThat(adapter.description().method()).isEqualTo(method);
        assertThat(adapter.description().baseModel()).isEqualTo("org/name");
        Graph graph = adapter.graph(tiny.family());
        try (Weights again = tiny.load(graph, adapter.weights(tiny.family(), tiny.base()))) {
          assertThat(tiny.logits(graph, again)).isEqualTo(expected);
        }
      }
    }
  }

  private Set<String> keys(String file) throws IOException {
    try (SafetensorsFile tensors = SafetensorsFile.open(exported.resolve(file))) {
      return Set.copyOf(tensors.names());
    }
  }

  private JsonNode settings() throws IOException {
    return JSON.readTree(exported.resolve("adapter_config.json").toFile());
  }

  private static LowRank control(int rank, double scale) {
    return new LowRank(rank, scale, false, 0.1, Initializer.KAIMING);
  }

  private static StateTuning doubleControl(String layers) {
    return StateTuning.doubleControl(control(3, 0.5), LayerSelection.parse(layers));
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, lora, PEFT",
    "llama-tiny, dora, PEFT",
    "llama-tied, lora, CONTROL",
    "bert-tiny, dora, CONTROL",
    "roberta-tiny, lora, PEFT",
    "roberta-tiny, control, CONTROL",
    "distilbert-tiny, lora, PEFT",
    "xlm-roberta-tiny, dora, PEFT",
    "modernbert-tiny, lora, PEFT",
    "modernbert-tiny, control, CONTROL",
    "vit-tiny, dora, PEFT",
    "vit-tiny, adapter, CONTROL",
    "llama-tied, edges, CONTROL",
    "llama-tied, full, CONTROL",
    "bert-tiny, probe, CONTROL"
  })
  void everyMethodGoesThroughItsFormats(String model, String method, AdapterFormat format)
      throws IOException {
    try (TinyModel tiny = TinyModel.open(model)) {
      AdapterDescription any = Descriptions.of(method, tiny.family());
      export(
          model, method, any.parts().stream().map(p -> p.tuning(tiny.family())).toList(), format);
    }
    String type = settings().path("peft_type").asText();
    assertThat(type)
        .isEqualTo(
            format == AdapterFormat.PEFT
                ? "LORA"
                : Map.of("full", "FULL", "probe", "PROBE").getOrDefault(method, "CONTROL"));
  }

  @Test
  void doubleControlIsCalledAsInThePapersCheckpoints() throws IOException {
    export("llama-tiny", "double-control", List.of(doubleControl("first 2")), AdapterFormat.PAPER);
    assertThat(keys("model.safetensors"))
        .containsExactlyInAnyOrder(
            "model.layers.0.lora_A.weight",
            "model.layers.0.lora_B.weight",
            "model.layers.0.lora_A_attn.weight",
            "model.layers.0.lora_B_attn.weight",
            "model.layers.1.lora_A.weight",
            "model.layers.1.lora_B.weight",
            "model.layers.1.lora_A_attn.weight",
            "model.layers.1.lora_B_attn.weight");
    JsonNode settings = settings();
    assertThat(settings.path("peft_type").asText()).isEqualTo("CONTROL");
    assertThat(settings.path("control_rank").asInt()).isEqualTo(3);
    assertThat(settings.path("control_alpha").asDouble()).isEqualTo(0.5);
    assertThat(settings.path("control_dropout").asDouble()).isEqualTo(0.1);
    assertThat(settings.path("double_control").asBoolean()).isTrue();
    assertThat(settings.path("double_control_rank").asInt()).isEqualTo(3);
  }

  @Test
  void controlWithLoraIsWrappedOnceMore() throws IOException {
    Lora lora = new Lora(2, 5, 0, List.of("q_proj", "v_proj"), LayerSelection.ALL);
    StateTuning control = StateTuning.control(control(4, 1), LayerSelection.ALL);
    export("llama-tied", "control+lora", List.of(control, lora), AdapterFormat.PAPER);
    assertThat(keys("model.safetensors"))
        .contains(
            "base_model.model.model.layers.0.lora_A.weight",
            "base_model.model.model.layers.2.self_attn.v_proj.lora_B.weight")
        .hasSize(3 * (2 + 4));
    assertThat(settings().path("lora_alpha").asDouble()).isEqualTo(5);
    assertThat(settings().path("r").asInt()).isEqualTo(2);

    ObjectNode without = (ObjectNode) settings();
    without.remove("lora_alpha");
    JSON.writeValue(exported.resolve("adapter_config.json").toFile(), without);
    assertThatThrownBy(() -> AdapterFolder.open(exported).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("adapter_config.json: lora_alpha: expected a number");
  }

  @Test
  void encodersAndImageModelsHaveTheirOwnNames() throws IOException {
    export(
        "roberta-tiny",
        "control",
        List.of(StateTuning.control(control(2, 0.25), LayerSelection.ALL)),
        AdapterFormat.PAPER);
    assertThat(keys("model.safetensors"))
        .contains("roberta.encoder.layer.1.lora_B.weight", "classifier.out_proj.weight");
    LowRank biased = new LowRank(2, 1, true, 0, Initializer.KAIMING);
    export(
        "vit-tiny",
        "control",
        List.of(StateTuning.control(biased, LayerSelection.ALL)),
        AdapterFormat.PAPER);
    assertThat(keys("model.safetensors"))
        .contains(
            "blocks.0.controller.down_proj.weight",
            "blocks.2.controller.up_proj.bias",
            "head.weight",
            "head.bias");
  }

  /** A checkpoint as the reference implementation saves it, all by hand. */
  @Test
  void aCheckpointOfThePapersIsOpened() throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (int layer = 0; layer < 3; layer++) {
      for (String suffix : List.of("", "_attn")) {
        add(writer, "model.layers." + layer + ".lora_A" + suffix + ".weight", 2, 32);
        add(writer, "model.layers." + layer + ".lora_B" + suffix + ".weight", 32, 2);
      }
    }
    writer.writeTo(exported.resolve("model.safetensors"));
    Files.writeString(
        exported.resolve("adapter_config.json"),
        """
        {"base_model_name_or_path": null, "bias": "none", "control_alpha": 1.0,
         "control_dropout": 0.0, "control_rank": 2, "double_control": true,
         "double_control_rank": 2, "inference_mode": true, "modules_to_save": [],
         "peft_type": "CONTROL", "task_type": null}
        """);
    try (TinyModel tiny = TinyModel.open("llama-tiny");
        Adapter adapter = AdapterFolder.open(exported)) {
      assertThat(adapter.description().method()).isEqualTo("double-control");
      Graph graph = adapter.graph(tiny.family());
      assertThat(graph.trainableParameters()).hasSize(12);
      try (Weights weights = tiny.load(graph, adapter.weights(tiny.family(), tiny.base()))) {
        assertThat(weights.value("layers.1.attn.A.weight").toFloats()[3]).isEqualTo(0.03f);
      }
    }
    Files.delete(exported.resolve("model.safetensors"));
    Files.writeString(exported.resolve("model.bin"), "");
    assertThatThrownBy(() -> AdapterFolder.open(exported).close())
        .hasMessageContaining("expected model.safetensors of an adapter")
        .hasMessageContaining("a pickled model.bin, which is not read");
    add(new SafetensorsWriter(), "other.weight", 1, 1)
        .writeTo(exported.resolve("model.safetensors"));
    assertThatThrownBy(() -> AdapterFolder.open(exported).close())
        .hasMessageContaining(
            "control_rank: expected tensors such as model.layers.0.lora_A.weight");
  }

  private static SafetensorsWriter add(
      SafetensorsWriter writer, String name, int rows, int columns) {
    ByteBuffer bytes = ByteBuffer.allocate(rows * columns * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows * columns; i++) {
      bytes.putFloat(i / 100f);
    }
    return writer.add(TensorEntry.of(name, ElementType.F32, rows, columns), bytes::flip);
  }

  @Test
  void whatAFormatCannotHoldIsRefusedWithAWayOut() throws IOException {
    refuses("llama-tiny", AdapterFormat.PEFT, doubleControl("all"))
        .hasMessageContaining("--format peft: expected lora, dora, ia3, vera or adalora")
        .hasMessageContaining("found 'x'; --format control or --format paper writes it");
    refuses("bert-tiny", AdapterFormat.PEFT, doubleControl("all"))
        .hasMessageEndingWith("found 'x'; --format control writes it");
    refuses(
            "llama-tiny",
            AdapterFormat.PAPER,
            new Dora(2, 4, 0, List.of("q_proj"), LayerSelection.ALL))
        .hasMessage(
            "--format paper: expected a control method, found 'dora'; --format peft writes it");
    refuses("bert-tiny", AdapterFormat.PAPER, doubleControl("all"))
        .hasMessageContaining("expected LLaMA, RoBERTa or ViT, found bert");
    refuses("roberta-tiny", AdapterFormat.PAPER, doubleControl("all"))
        .hasMessageContaining("expected control around the MLP, found [attn, mlp]");
    refuses(
            "vit-tiny",
            AdapterFormat.PAPER,
            StateTuning.control(
                new LowRank(2, 0.5, true, 0, Initializer.KAIMING), LayerSelection.ALL))
        .hasMessageContaining("expected alpha 1 for all edges, found [0.5]");
    refuses(
            "llama-tiny",
            AdapterFormat.PAPER,
            StateTuning.control(
                new LowRank(2, 1, true, 0, Initializer.KAIMING), LayerSelection.ALL))
        .hasMessageContaining("expected a low-rank function without biases");
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      Tuning whole =
          new PeftTuning(
              new ProjectionsPart(
                  false,
                  2,
                  4,
                  0,
                  false,
                  new ChosenTargets(
                      List.of("q_proj"),
                      Optional.empty(),
                      LayerSelection.ALL,
                      List.of(),
                      List.of("embed_tokens")),
                  RankPatterns.NONE),
              tiny.family());
      List<Tuning> both = List.of(StateTuning.control(control(2, 1), LayerSelection.ALL), whole);
      assertThatThrownBy(() -> export("llama-tiny", "x", both, AdapterFormat.PAPER))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("--format paper: expected");
    }
    assertThatThrownBy(() -> AdapterFormat.of("pickle"))
        .hasMessage("--format: expected one of [peft, control, paper, stateft], found 'pickle'");
  }

  private org.assertj.core.api.AbstractThrowableAssert<?, ?> refuses(
      String model, AdapterFormat format, Tuning tuning) {
    return assertThatThrownBy(() -> export(model, "x", List.of(tuning), format))
        .isInstanceOf(UsageException.class);
  }
}
