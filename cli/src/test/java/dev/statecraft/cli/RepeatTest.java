package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.provenance.FileHashes;
import dev.statecraft.studio.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run says where it comes from, and can be taken again to the bit. */
final class RepeatTest {
  private static final String RECIPE =
      """
      model: builtin:minilm
      method: {name: lora, rank: 4, dropout: 0.2, layers: last 2}
      data: {train: train.csv, validation: dev.csv}
      task: classification
      train: {epochs: 2, batch_size: 4, micro_batch: 2, seed: 7, learning_rate: 1e-2}
      """;

  @TempDir private Path folder;
  private TestConsole console;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
    StringBuilder rows = new StringBuilder("text,label\n");
    for (int i = 0; i < 9; i++) {
      rows.append("the number ").append(i).append(i % 2 == 0 ? " is even,a\n" : " is odd,b\n");
    }
    Files.writeString(folder.resolve("train.csv"), rows);
    Files.writeString(folder.resolve("dev.csv"), "text,label\nten is even,a\neleven is odd,b\n");
  }

  private int run(String... arguments) {
    console = new TestConsole(folder);
    return Statecraft.run(console.console(), new ModelEngine(), arguments);
  }

  private byte[] adapter(String run) throws IOException {
    return Files.readAllBytes(folder.resolve(run).resolve("adapter/adapter_model.safetensors"));
  }

  @Test
  void aRunIsRepeatedBitForBit() throws IOException {
    assertThat(run("train", "-c", "recipe.yaml", "-o", "first")).as(console.err()).isZero();
    // What the user changes afterwards does not matter: the run has its own recipe.
    Files.writeString(folder.resolve("recipe.yaml"), RECIPE.replace("seed: 7", "seed: 8"));
    assertThat(run("train", "--repeat", "first")).as(console.err()).isZero();
    assertThat(console.err()).contains("bit for bit").doesNotContain("not the same");
    assertThat(adapter("first-repeat")).isEqualTo(adapter("first"));

    assertThat(run("train", "-c", "recipe.yaml", "-o", "other")).isZero();
    assertThat(adapter("other")).as("another seed").isNotEqualTo(adapter("first"));
  }

  @Test
  void provenanceNamesAllThatTheRunDependsOn() throws IOException {
    assertThat(run("train", "-c", "recipe.yaml", "-o", "first", "--set", "train.epochs=1"))
        .isZero();
    Provenance provenance = Provenance.read(folder.resolve("first/provenance.json"));
    assertThat(provenance.command())
        .containsExactly("train", "-c", "recipe.yaml", "-o", "first", "--set", "train.epochs=1");
    assertThat(provenance.seed()).isEqualTo(7);
    assertThat(provenance.commit()).as("no repository around a temporary folder").isEmpty();
    assertThat(provenance.recipe()).contains("epochs: 1").contains("dropout: 0.2");
    assertThat(provenance.inputs())
        .contains(
            new FileHashes().of(folder.resolve("train.csv")),
            new FileHashes().of(folder.resolve("dev.csv")))
        .extracting("name")
        .contains("builtin:minilm/all-minilm-l6-v2.onnx");
    assertThat(provenance.results())
        .extracting("name")
        .containsExactly("adapter_config.json", "adapter_model.safetensors");
    assertThat(provenance.environment().statecraft()).matches("[0-9]+\\..*");
    assertThat(provenance.environment().libtorch()).matches("[0-9]+\\..*");
    assertThat(provenance.environment().threads()).isPositive();
  }

  /** The last bits of sums depend on the number of threads. */
  @Test
  void aRunIsRepeatedWithItsNumberOfThreads() throws IOException {
    Assumptions.assumeThat(System.getenv("OMP_NUM_THREADS")).isNull();
    int threads = Runtime.getRuntime().availableProcessors() + 1;
    assertThat(
            run("train", "-c", "recipe.yaml", "-o", "first", "--set", "train.threads=" + threads))
        .as(console.err())
        .isZero();
    assertThat(console.err()).contains("computes with " + threads + " threads");
    assertThat(Files.readString(folder.resolve("first/summary.json")))
        .contains("\"threads\" : " + threads);
    // As if the number had come from the command line or the machine, and not from the recipe.
    Path file = folder.resolve("first/provenance.json");
    Files.writeString(file, Files.readString(file).replace("threads: " + threads + "\\n  ", ""));
    assertThat(Provenance.read(file).recipe()).doesNotContain("threads");
    assertThat(run("train", "--repeat", "first")).as(console.err()).isZero();
    assertThat(console.err())
        .contains("computes with " + threads + " threads", "bit for bit")
        .doesNotContain("not the same");
  }

  @Test
  void whatHasChangedIsNamed() throws IOException {
    assertThat(run("train", "-c", "recipe.yaml", "-o", "first", "--set", "train.epochs=1"))
        .isZero();
    Files.writeString(
        folder.resolve("dev.csv"), Files.readString(folder.resolve("dev.csv")) + "six,a\n");
    assertThat(run("train", "--repeat", "first", "-o", "again")).isEqualTo(3);
    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err())
        .contains(folder.resolve("dev.csv").toString())
        .contains("expected SHA-256")
        .contains("found");
    assertThat(folder.resolve("again")).doesNotExist();

    Files.delete(folder.resolve("dev.csv"));
    assertThat(run("train", "--repeat", "first", "-o", "again")).isEqualTo(3);
    assertThat(console.err()).contains("dev.csv: file not found");
  }

  @Test
  void anotherResultOrNoProvenanceIsAnError() throws IOException {
    assertThat(run("train", "-c", "recipe.yaml", "-o", "first", "--set", "train.epochs=1"))
        .isZero();
    Path file = folder.resolve("first/provenance.json");
    Provenance provenance = Provenance.read(file);
    String hash = provenance.results().get(1).sha256();
    Files.writeString(file, Files.readString(file).replace(hash, "0".repeat(64)));
    assertThat(run("train", "--repeat", "first")).isEqualTo(1);
    assertThat(console.err()).contains("adapter_model.safetensors: expected it to be bit for bit");

    Files.writeString(file, "{}");
    assertThat(run("train", "--repeat", "first")).isEqualTo(3);
    assertThat(console.err()).contains("provenance.json: expected the provenance of a run");
    Files.delete(file);
    assertThat(run("train", "--repeat", "first")).isEqualTo(3);
    assertThat(run("train", "--repeat", "first", "-c", "recipe.yaml")).isEqualTo(2);
  }
}
