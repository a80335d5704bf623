package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IA3 adapters in PEFT's format. */
class Ia3FilesTest {
  private static final String MODEL = "llama-relatives";
  private static final String SUFFIX = ".ia3_l.default";

  /** The settings as peft 0.21 saves them. */
  private static final String SETTINGS =
      """
      {
        "auto_mapping": null,
        "base_model_name_or_path": "llama-relatives",
        "exclude_modules": null,
        "fan_in_fan_out": false,
        "feedforward_modules": ["down_proj"],
        "inference_mode": true,
        "init_ia3_weights": true,
        "modules_to_save": null,
        "peft_type": "IA3",
        "peft_version": "0.21.0",
        "revision": null,
        "target_modules": ["v_proj", "down_proj", "k_proj"],
        "task_type": "CAUSAL_LM"
      }
      """;

  @TempDir Path folder;

  /** The tensors of the reference vectors, called as in PEFT's files, give its logits. */
  @Test
  void whatPeftWritesIsRead() throws IOException {
    Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), SETTINGS);
    writeTensors();
    try (TinyModel model = TinyModel.open(MODEL);
        Adapter adapter = AdapterFolder.open(folder)) {
      assertThat(adapter.description().method()).isEqualTo("ia3");
      Graph graph = adapter.graph(model.family());
      try (Weights weights = model.load(graph, adapter.weights(model.family(), model.base()))) {
        double[] expected = floats(vectors("ia3"), "logits");
        Closeness.relative(1e-4).check("logits", logits(model, graph, weights), expected);
        Path again = folder.resolve("again");
        AdapterFolder.save(again, adapter.description(), model.family(), weights);
        JsonNode settings = settings(again);
        assertThat(settings.get("peft_type").asText()).isEqualTo("IA3");
        assertThat(texts(settings.get("target_modules")))
            .containsExactlyInAnyOrder("k_proj", "v_proj", "down_proj");
        assertThat(texts(settings.get("feedforward_modules"))).containsExactly("down_proj");
        try (Adapter saved = AdapterFolder.open(again)) {
          assertThat(saved.keys()).isEqualTo(adapter.keys());
        }
      }
    }
  }

  /** PEFT cannot say which layers; and a short name must not mean more than it should. */
  @Test
  void modulesHaveFullNamesWhereShortOnesMeanOthers() throws IOException {
    JsonNode some =
        written("llama-tiny", new Ia3(List.of("k_proj"), List.of(), LayerSelection.parse("1")));
    assertThat(texts(some.get("target_modules")))
        .containsExactly("model.layers.1.self_attn.k_proj");
    assertThat(some.has("layers_to_transform")).isFalse();
    List<String> last = List.of("attention.output.dense", "output.dense");
    JsonNode both = written("bert-tiny", new Ia3(last, last, LayerSelection.ALL));
    assertThat(texts(both.get("feedforward_modules"))).isEqualTo(last);
    JsonNode one =
        written("bert-tiny", new Ia3(last, List.of("output.dense"), LayerSelection.parse("0")));
    assertThat(texts(one.get("feedforward_modules")))
        .containsExactly("bert.encoder.layer.0.output.dense");
    assertThat(texts(one.get("target_modules")))
        .containsExactly(
            "bert.encoder.layer.0.attention.output.dense", "bert.encoder.layer.0.output.dense");
  }

  private JsonNode written(String name, Ia3 ia3) throws IOException {
    Path saved = folder.resolve(name);
    try (TinyModel model = TinyModel.open(name)) {
      AdapterDescription description = AdapterDescription.of("ia3", "", List.of(ia3));
      Graph graph = model.tuned(description);
      try (Weights weights = model.random(graph, 3)) {
        AdapterFolder.save(saved, description, model.family(), weights);
        double[] expected = model.logits(graph, weights);
        try (Adapter adapter = AdapterFolder.open(saved);
            Weights loaded = model.load(graph, adapter.weights(model.family(), model.base()))) {
          assertThat(adapter.graph(model.family()).edges()).isEqualTo(graph.edges());
          assertThat(model.logits(graph, loaded)).isEqualTo(expected);
        }
      }
    }
    return settings(saved);
  }

  private void writeTensors() throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    try (SafetensorsFile file = SafetensorsFile.open(vectors("ia3"))) {
      for (String key : file.names()) {
        if (key.startsWith("init.")) {
          TensorEntry entry = file.entry(key);
          ByteBuffer bytes = file.read(key);
          String name = key.substring("init.".length()).replace(SUFFIX, ".ia3_l");
          writer.add(TensorEntry.of(name, entry.type(), entry.shape()), () -> bytes);
        }
      }
      writer.writeTo(folder.resolve(AdapterFolder.WEIGHTS_FILE));
    }
  }

  private static double[] logits(TinyModel model, Graph graph, Weights weights) throws IOException {
    List<int[]> ids = new ArrayList<>();
    try (SafetensorsFile file = SafetensorsFile.open(vectors("base"))) {
      long[] shape = file.entry("input_ids").shape();
      ByteBuffer bytes = file.read("input_ids");
      for (int i = 0; i < shape[0]; i++) {
        int[] row = new int[(int) shape[1]];
        for (int t = 0; t < row.length; t++) {
          row[t] = (int) bytes.getLong();
        }
        ids.add(row);
      }
    }
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    try (Batch batch = TokenBatches.scored(ids).upload(model.torch(), DType.FLOAT32);
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  private static Path vectors(String what) {
    return Fixtures.file(MODEL + "." + what + ".safetensors");
  }

  private static double[] floats(Path path, String name) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      ByteBuffer bytes = file.read(name);
      double[] values = new double[bytes.remaining() / Float.BYTES];
      for (int i = 0; i < values.length; i++) {
        values[i] = bytes.getFloat();
      }
      return values;
    }
  }

  private static JsonNode settings(Path adapter) throws IOException {
    return new ObjectMapper().readTree(adapter.resolve(AdapterFolder.CONFIG_FILE).toFile());
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
