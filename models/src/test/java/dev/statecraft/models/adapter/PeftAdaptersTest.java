package dev.statecraft.models.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.checkpoint.SafetensorsFile;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.TreeSet;
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
    "vit-lora, vit-tiny, lora"
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
      assertThat(more).allMatch(key -> key.contains(".classifier"));
      assertThat(again.keys()).containsAll(adapter.keys());
      Graph graph = again.graph(model.family());
      try (Weights loaded = model.load(graph, again.weights(model.family(), model.base()))) {
        Closeness.relative(1e-4).check("saved again", model.logits(graph, loaded), expected);
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
