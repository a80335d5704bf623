package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recipe says about the dropout of its model, in runs. */
class ModelDropoutRunTest {
  @TempDir private Path folder;
  private TestConsole console;

  @BeforeEach
  void modelsAndData() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("plain")));
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("dropping")));
    Path config = folder.resolve("dropping/config.json");
    Files.writeString(
        config, Files.readString(config).replaceFirst("\\{", "{\"attention_dropout\": 0.25, "));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: dropping
        method: {name: lora, rank: 2}
        data: {train: train.jsonl, validation: {split: 0.2}, instruction: text}
        task: causal-lm
        train: {max_steps: 4, batch_size: 4, micro_batch: 2, learning_rate: 1e-2}
        """);
  }

  private void train(String output, String... more) {
    console = new TestConsole(folder);
    String[] arguments = new String[more.length + 5];
    System.arraycopy(new String[] {"train", "-c", "recipe.yaml", "-o", output}, 0, arguments, 0, 5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    assertThat(Statecraft.run(console.console(), new ModelEngine(), arguments))
        .as(console.err())
        .isZero();
  }

  private byte[] adapter(String run) throws IOException {
    return Files.readAllBytes(folder.resolve(run).resolve("adapter/adapter_model.safetensors"));
  }

  private JsonNode summary(String run) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(run).resolve("summary.json").toFile());
  }

  @Test
  void theConfigurationsDropoutIsAppliedUnlessItIsOff() throws IOException {
    train("config");
    assertThat(console.err()).contains("the model's dropout: attention 0.25");
    assertThat(summary("config").get("model_dropout").asText()).isEqualTo("attention 0.25");
    assertThat(Files.readString(folder.resolve("config/recipe.yaml")))
        .contains("model_dropout: config");
    train("again");
    assertThat(adapter("again")).as("the same masks").isEqualTo(adapter("config"));

    train("off", "--set", "train.model_dropout=off");
    assertThat(console.err()).doesNotContain("model's dropout");
    assertThat(summary("off").get("model_dropout").asText()).isEqualTo("none");
    assertThat(Files.readString(folder.resolve("off/recipe.yaml"))).contains("model_dropout: ");
    train("plain-run", "--set", "model=plain");
    assertThat(adapter("off")).isEqualTo(adapter("plain-run")).isNotEqualTo(adapter("config"));
    assertThat(summary("off").get("last_evaluation"))
        .as("evaluations of the fresh model drop nothing either way")
        .isEqualTo(summary("plain-run").get("last_evaluation"));
  }

  @Test
  void whatTheBudgetPlansIsWhatTheRunTakes() throws IOException {
    train("budget", "--set", "memory.budget=1GiB");
    JsonNode summary = summary("budget");
    assertThat(summary.get("model_dropout").asText()).isEqualTo("attention 0.25");
    assertThat(summary.get("predicted_peak_bytes").asLong())
        .isPositive()
        .isEqualTo(summary.get("measured_peak_bytes").asLong());
  }
}
