package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.studio.engine.LabelledBert;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors from the command line: of a model, of a run's edges, as options say. */
class EmbedRunTest {
  @TempDir private Path folder;
  private TestConsole console;

  private void done(String... arguments) {
    console = new TestConsole(folder);
    assertThat(Statecraft.run(console.console(), new ModelEngine(), arguments))
        .as(console::err)
        .isZero();
  }

  private List<double[]> embedded(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("embed", "--input", "texts.txt"));
    arguments.addAll(List.of(options));
    done(arguments.toArray(String[]::new));
    List<double[]> vectors = new ArrayList<>();
    for (String line : console.out().lines().toList()) {
      vectors.add(
          new ObjectMapper()
              .convertValue(new ObjectMapper().readTree(line).get("embedding"), double[].class));
    }
    return vectors;
  }

  private static double length(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static double distance(List<double[]> a, List<double[]> b) {
    assertThat(a).hasSameSizeAs(b);
    double largest = 0;
    for (int i = 0; i < a.size(); i++) {
      for (int j = 0; j < a.get(i).length; j++) {
        largest = Math.max(largest, Math.abs(a.get(i)[j] - b.get(i)[j]));
      }
    }
    return largest;
  }

  private void bert() throws IOException {
    LabelledBert.write(folder.resolve("bert"), List.of("a", "b"));
    Files.writeString(folder.resolve("texts.txt"), "w5 w6 w7\nw8\n\n" + "w9 ".repeat(40) + "\n");
  }

  @Test
  void sayWhatWasChosenAndLeftOut() throws IOException {
    bert();
    List<double[]> plain = embedded("--model", "bert");
    assertThat(plain).hasSize(3);
    assertThat(console.err())
        .contains("note: " + folder.resolve("bert") + " has no modules.json")
        .contains("the mean over its tokens")
        .containsOnlyOnce("note: 1 of 3 texts truncated to 24 tokens")
        .contains("note: 1 blank line left out");
    List<double[]> normal = embedded("--model", "bert", "--normalize");
    assertThat(normal).allSatisfy(v -> assertThat(length(v)).isCloseTo(1, within(1e-6)));
    assertThat(plain).allSatisfy(v -> assertThat(length(v)).isNotCloseTo(1, within(1e-3)));
    assertThat(distance(embedded("--model", "bert", "--batch-size", "1"), plain)).isLessThan(1e-5);
    assertThat(distance(embedded("--model", "bert", "--max-length", "4"), plain))
        .isGreaterThan(1e-2);
    assertThat(distance(embedded("--model", "bert", "--prompt-text", "w11 "), plain))
        .isGreaterThan(1e-2);
  }

  @Test
  void whatWasWrittenIsToldAsJson() throws IOException {
    bert();
    done(
        "embed",
        "--model",
        "bert",
        "--input",
        "texts.txt",
        "-o",
        "out.npy",
        "--json",
        "--dtype",
        "bfloat16");
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("written").textValue()).isEqualTo(folder.resolve("out.npy").toString());
    assertThat(json.get("texts").intValue()).isEqualTo(3);
    assertThat(json.get("dimension").intValue()).isEqualTo(16);
    assertThat(json.get("truncated").intValue()).isEqualTo(1);
    assertThat(json.get("max_length").intValue()).isEqualTo(24);
    assertThat(json.get("blank_lines").intValue()).isEqualTo(1);
    assertThat(folder.resolve("out.npy")).hasSize(128 + 3 * 16 * 4);
    done("embed", "--model", "bert", "--input", "texts.txt", "-o", "out.jsonl");
    assertThat(console.out())
        .isEqualTo("written: " + folder.resolve("out.jsonl") + " (3 vectors of 16 numbers)\n");
  }

  /** A run's edges are in the vectors as they are in the merged weights; its head is not. */
  @Test
  void aRunsEdgesHaveAPart() throws IOException {
    bert();
    Files.writeString(
        folder.resolve("train.csv"), "text,label\nw5 w6,a\nw7 w8,b\nw9 w5,a\nw8 w7,b\n");
    Files.writeString(
        folder.resolve("recipe.yaml"),
        "{model: bert, method: lora, data: {train: train.csv, validation: none},"
            + " task: {type: classification}, train: {epochs: 4, learning_rate: 0.05,"
            + " batch_size: 2}}");
    done("train", "-c", "recipe.yaml", "-o", "run");
    List<double[]> base = embedded("--model", "bert");
    List<double[]> run = embedded("--run", "run");
    assertThat(distance(run, base)).isGreaterThan(1e-2);
    assertThat(distance(embedded("--model", "bert", "--adapter", "run/adapter"), run)).isZero();
    Files.writeString(
        folder.resolve("bert/modules.json"),
        """
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
        """);
    Files.createDirectories(folder.resolve("bert/1_Pooling"));
    Files.writeString(
        folder.resolve("bert/1_Pooling/config.json"), "{\"pooling_mode_cls_token\": true}");
    List<double[]> first = embedded("--run", "run");
    assertThat(distance(first, run)).isGreaterThan(1e-2);
    done("merge", "--run", "run", "--to", "merged");
    assertThat(distance(embedded("--model", "merged"), first)).isLessThan(1e-5);
  }

  @Test
  void anAdapterOfALanguageModelHasAPart() throws IOException {
    bert();
    Path llama = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
    TinyFolder.lora(folder.resolve("lora"), llama);
    List<double[]> base = embedded("--model", "llama");
    assertThat(console.err()).contains("the mean over its tokens");
    assertThat(distance(embedded("--model", "llama", "--adapter", "lora"), base))
        .isGreaterThan(1e-4);
  }
}
