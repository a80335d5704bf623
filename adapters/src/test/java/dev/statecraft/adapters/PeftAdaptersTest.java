package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.adapters.merge.BaseFiles;
import dev.statecraft.adapters.merge.Merge;
import dev.statecraft.adapters.merge.MergedModel;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters that Python's PEFT wrote, with its logits; made by {@code write_adapters.py}. */
class PeftAdaptersTest {
  @TempDir Path folder;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "llama-lora, llama-tiny, lora",
    "llama-dora, llama-tiny, dora",
    "llama-some-layers, llama-tied, lora",
    "llama-full-names, llama-tiny, lora",
    "roberta-lora, roberta-tiny, lora",
    "bert-dora, bert-tiny, dora",
    "bert-no-head, bert-tiny, lora",
    "vit-lora, vit-tiny, lora",
    "bert-bias-lora-only, bert-tiny, lora",
    "bert-bias-all, bert-tiny, lora",
    "bert-lora-bias, bert-tiny, lora",
    "roberta-dora-bias, roberta-tiny, dora",
    "vit-bias-all, vit-tiny, lora",
    "llama-two-tables, llama-tied, lora",
    "llama-own-embedding, llama-tied, lora",
    "llama-tied-tables, llama-tied, lora",
    "llama-tokens, llama-tied, lora",
    "llama-tokens-apart, llama-tied, lora",
    "llama-tokens-untied, llama-tiny, lora",
    "roberta-bias-all, roberta-tiny, lora",
    "llama-pissa, llama-tiny, lora",
    "bert-olora, bert-tiny, dora",
    "distilbert-lora, distilbert-tiny, lora",
    "xlm-roberta-dora, xlm-roberta-tiny, dora",
    "modernbert-lora, modernbert-tiny, lora"
  })
  void giveThePythonLogits(String name, String base, String method) throws IOException {
    Path peft = TinyModel.resource("/peft").resolve(name);
    double[] expected = logits(peft.resolve("expected.safetensors"));
    try (TinyModel model = TinyModel.open(base);
        Adapter adapter = AdapterFolder.open(peft)) {
      assertThat(adapter.description().method()).isEqualTo(method);
      assertThat(adapter.description().baseModel()).isEqualTo(base);
      Graph graph = adapter.graph(model.family());
      try (Weights weights = model.load(graph, adapter.weights(model.family(), model.base()))) {
        Closeness.relative(1e-4).check(name, model.logits(graph, weights), expected);
        saveAgain(adapter, model, weights, expected);
      }
      try (Weights untuned = model.load(model.family().graph(), model.base())) {
        assertThat(
                Closeness.relative(1e-2)
                    .mismatch(model.logits(model.family().graph(), untuned), expected))
            .as("the adapter does something")
            .isPresent();
      }
    }
  }

  /** An adapter of Python's that was trained on goes back to the same keys. */
  private void saveAgain(Adapter adapter, TinyModel model, Weights weights, double[] expected)
      throws IOException {
    AdapterFolder.save(folder, adapter.description(), model.family(), weights);
    try (Adapter again = AdapterFolder.open(folder)) {
      TreeSet<String> more = new TreeSet<>(again.keys());
      more.removeAll(adapter.keys());
      // The head is always trained here, so it is saved even if the adapter came without.
      assertThat(more).allMatch(key -> key.contains(".classifier") || key.contains(".head."));
      assertThat(again.keys())
          .containsAll(
              adapter.keys().stream()
                  .filter(key -> !AdapterKeys.isIdle(key, adapter.description()))
                  .toList());
      Graph graph = again.graph(model.family());
      try (Weights loaded = model.load(graph, again.weights(model.family(), model.base()))) {
        Closeness.relative(1e-4).check("saved again", model.logits(graph, loaded), expected);
      }
    }
  }

  /** What is merged are weights, biases, rows of tables, and tables that were one. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "bert-bias-all, bert-tiny",
    "bert-lora-bias, bert-tiny",
    "roberta-dora-bias, roberta-tiny",
    "vit-bias-all, vit-tiny",
    "distilbert-lora, distilbert-tiny",
    "xlm-roberta-dora, xlm-roberta-tiny",
    "modernbert-lora, modernbert-tiny",
    "llama-two-tables, llama-tied",
    "llama-own-embedding, llama-tied",
    "llama-tied-tables, llama-tied",
    "llama-tokens, llama-tied",
    "llama-tokens-apart, llama-tied",
    "llama-tokens-untied, llama-tiny"
  })
  void giveThePythonLogitsWhenMerged(String name, String base) throws IOException {
    Path peft = TinyModel.resource("/peft").resolve(name);
    Path baseFolder = Fixtures.file(base);
    try (TinyModel model = TinyModel.open(base);
        Adapter adapter = AdapterFolder.open(peft);
        PretrainedModel pretrained = PretrainedModel.open(baseFolder)) {
      Merge merge = Merge.of(adapter, model.family(), pretrained);
      new MergedModel(
              BaseFiles.of(baseFolder),
              pretrained.checkpoint(),
              merge,
              Optional.empty(),
              Optional.empty(),
              model.family())
          .write(folder, model.torch());
    }
    double[] expected = logits(peft.resolve("expected.safetensors"));
    try (TinyModel merged = TinyModel.open(folder);
        Weights weights = merged.load(merged.family().graph(), merged.base())) {
      Closeness.relative(1e-4)
          .check(name, merged.logits(merged.family().graph(), weights), expected);
    }
  }

  /** Versions of PEFT lost the biases of lora_only, and go on with the base model's. */
  @Test
  void lostBiasesAreTheBases() throws IOException {
    Path peft = TinyModel.resource("/peft").resolve("bert-bias-lora-only");
    Files.copy(peft.resolve(AdapterFolder.CONFIG_FILE), folder.resolve(AdapterFolder.CONFIG_FILE));
    SafetensorsWriter writer = new SafetensorsWriter();
    try (SafetensorsFile file = SafetensorsFile.open(peft.resolve(AdapterFolder.WEIGHTS_FILE))) {
      for (String key : file.names()) {
        ByteBuffer bytes = file.read(key);
        if (!key.contains(".base_layer.")) {
          writer.add(file.entry(key), () -> bytes);
        }
      }
    }
    writer.writeTo(folder.resolve(AdapterFolder.WEIGHTS_FILE));
    try (TinyModel model = TinyModel.open("bert-tiny");
        Adapter adapter = AdapterFolder.open(folder)) {
      Graph graph = adapter.graph(model.family());
      String bias = "bert.encoder.layer.0.attention.self.query.bias";
      try (Weights weights = model.load(graph, adapter.weights(model.family(), model.base()));
          Weights untuned = model.load(model.family().graph(), model.base())) {
        assertThat(weights.value(bias).toFloats()).isEqualTo(untuned.value(bias).toFloats());
      }
    }
  }

  /** Adapters from before transformers 5 call ViT's modules as the checkpoint does. */
  @Test
  void vitsOldNamesAreRead() throws IOException {
    Path peft = TinyModel.resource("/peft").resolve("vit-lora");
    String json = Files.readString(peft.resolve(AdapterFolder.CONFIG_FILE));
    String old = json.replace("\"q_proj\"", "\"query\"").replace("\"fc2\"", "\"output.dense\"");
    assertThat(old).contains("\"query\"", "\"output.dense\"");
    // There output.dense ended the attention's output too, which this adapter leaves alone.
    old =
        old.replace(
            "\"exclude_modules\": null", "\"exclude_modules\": [\"attention.output.dense\"]");
    Files.writeString(folder.resolve(AdapterFolder.CONFIG_FILE), old);
    SafetensorsWriter writer = new SafetensorsWriter();
    try (SafetensorsFile file = SafetensorsFile.open(peft.resolve(AdapterFolder.WEIGHTS_FILE))) {
      for (String key : file.names()) {
        String renamed =
            key.replace("vit.layers.", "vit.encoder.layer.")
                .replace("attention.q_proj", "attention.attention.query")
                .replace("mlp.fc2", "output.dense");
        TensorEntry entry = file.entry(key);
        ByteBuffer bytes = file.read(key);
        writer.add(TensorEntry.of(renamed, entry.type(), entry.shape()), () -> bytes);
      }
    }
    writer.writeTo(folder.resolve(AdapterFolder.WEIGHTS_FILE));
    try (TinyModel model = TinyModel.open("vit-tiny");
        Adapter adapter = AdapterFolder.open(folder)) {
      assertThat(adapter.keys()).anyMatch(key -> key.contains("vit.encoder.layer.0.output.dense"));
      Graph graph = adapter.graph(model.family());
      try (Weights weights = model.load(graph, adapter.weights(model.family(), model.base()))) {
        double[] expected = logits(peft.resolve("expected.safetensors"));
        Closeness.relative(1e-4).check("old names", model.logits(graph, weights), expected);
      }
    }
  }

  private static double[] logits(Path file) throws IOException {
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      ByteBuffer bytes = tensors.read("logits");
      double[] values = new double[bytes.remaining() / Float.BYTES];
      for (int i = 0; i < values.length; i++) {
        values[i] = bytes.getFloat();
      }
      return values;
    }
  }
}
