package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.combine.CombineSettings;
import dev.statecraft.studio.combine.NamedRun;
import dev.statecraft.studio.engine.LabelledBert;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiny runs, trained and combined from the command line. */
class CombineRunTest {
  @TempDir private Path folder;
  private TestConsole console;

  private int run(String... arguments) {
    console = new TestConsole(folder);
    return Statecraft.run(console.console(), new ModelEngine(), arguments);
  }

  private void done(String... arguments) {
    assertThat(run(arguments)).as(() -> console.err()).isZero();
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(console.out());
  }

  private JsonNode combined(String to) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(to).resolve("combined.json").toFile());
  }

  private void train(String output, String recipe) throws IOException {
    Files.writeString(folder.resolve(output + ".yaml"), recipe);
    done("train", "-c", output + ".yaml", "-o", output);
  }

  /** Rows whose class is told by a word of theirs. */
  private void rows(String file, String... labels) throws IOException {
    StringBuilder rows = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 36; i++) {
      int kind = i % labels.length;
      rows.append("w" + (10 + kind) + " w" + (20 + i % 7) + " w" + (30 + i % 11));
      rows.append('\t').append(labels[kind]).append('\n');
    }
    Files.writeString(folder.resolve(file), rows);
  }

  private static String classification(String data, String method) {
    return """
    model: bert
    method: %s
    data:
      train: %s
      validation: {split: 0.3}
      columns: {text: sentence, label: label}
    task: classification
    train: {max_steps: 12, batch_size: 8, learning_rate: 2e-2}
    """
        .formatted(method, data);
  }

  private void bertRuns() throws IOException {
    LabelledBert.write(folder.resolve("bert"), List.of("yes", "no"));
    rows("two.tsv", "good", "bad");
    rows("three.tsv", "red", "green", "blue");
    train("two", classification("two.tsv", "{name: double-control, rank: 2}"));
    train("three", classification("three.tsv", "{name: control, rank: 3}"));
  }

  @Test
  void tasksOfDifferentHeadsShareTheirEdges() throws IOException {
    bertRuns();
    done("combine", "--run", "two", "--run", "three", "--to", "both");
    assertThat(console.out())
        .contains(
            "2+3 -> 5", "kept", "two", "three", "written (average): " + folder.resolve("both"));
    JsonNode found = combined("both");
    assertThat(found.get("scores")).hasSize(2);
    assertThat(found.get("scores").get(0).get("metric").asText()).isEqualTo("accuracy");
    assertThat(found.get("base")).isNotEmpty();
    assertThat(found.get("runs").get("two").asText()).isEqualTo(folder.resolve("two").toString());

    // The run directory itself is the first task's, the others are below it.
    done("eval", "--run", "both", "--json");
    assertThat(json().get("accuracy").asDouble())
        .isEqualTo(found.get("scores").get(0).get("combined").asDouble());
    done("eval", "--run", "both/tasks/three", "--json");
    assertThat(json().get("accuracy").asDouble())
        .isEqualTo(found.get("scores").get(1).get("combined").asDouble());
    done("eval", "--run", "three", "--json");
    assertThat(json().get("accuracy").asDouble())
        .isEqualTo(found.get("scores").get(1).get("own").asDouble());
    done("classify", "--run", "both/tasks/three", "--json", "w10 w21");
    assertThat(console.out()).contains("red", "green", "blue");
    try (Stream<Path> entries = Files.list(folder.resolve("both"))) {
      assertThat(entries.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("adapter", "combined.json", "recipe.yaml", "tasks");
    }
  }

  @Test
  void oneHeadCanBeKept() throws IOException {
    bertRuns();
    done(
        "combine",
        "--run",
        "a=two",
        "--run",
        "b=three",
        "--head",
        "b",
        "--no-scores",
        "--to",
        "both",
        "--json");
    assertThat(json().get("scores")).isEmpty();
    done("classify", "--run", "both", "--json", "w10 w21");
    assertThat(console.out()).contains("red").doesNotContain("good");
    assertThat(folder.resolve("both/tasks")).doesNotExist();
    // A combination can be combined again, and says of what base it is.
    done("combine", "--run", "both", "--run", "two", "--to", "more", "--no-scores");
    done("combine", "--run", "more/tasks/both", "--run", "two", "--to", "all", "--no-scores");
    assertThat(run("combine", "--run", "a=two", "--run", "b=three", "--head", "c", "--to", "x"))
        .isEqualTo(2);
    assertThat(console.err())
        .contains("--head: expected the name of a run, one of [a, b], found 'c'");
  }

  /** One set of edges learns both tasks on, and every head is there. */
  @Test
  void whatIsCombinedCanBeTunedOn() throws IOException {
    bertRuns();
    done("combine", "--run", "two", "--run", "three", "--to", "both");
    byte[] before = adapter("both/tasks/three");
    done(
        "combine",
        "--run",
        "two",
        "--run",
        "three",
        "--tune",
        "6",
        "--learning-rate",
        "0.03",
        "--to",
        "both",
        "--force");
    assertThat(console.err()).contains("step 6 of 6: loss two ", ", three ");
    assertThat(adapter("both/tasks/three")).isNotEqualTo(before);
    assertThat(adapter("both")).isEqualTo(adapter("both/tasks/two"));
    JsonNode found = combined("both");
    done("eval", "--run", "both/tasks/three", "--json");
    assertThat(json().get("accuracy").asDouble())
        .isEqualTo(found.get("scores").get(1).get("combined").asDouble());
    assertThat(run("combine", "--run", "two", "--run", "three", "--to", "both")).isEqualTo(2);
    assertThat(console.err()).contains("--force replaces it");
  }

  private byte[] adapter(String run) throws IOException {
    return Files.readAllBytes(folder.resolve(run).resolve("adapter/adapter_model.safetensors"));
  }

  @Test
  void anInterruptKeepsWhatWasLearned() throws IOException {
    bertRuns();
    CombineRequest request =
        new CombineRequest(
            List.of(
                new NamedRun("two", folder.resolve("two")),
                new NamedRun("three", folder.resolve("three"))),
            CombineSettings.of("average"),
            Optional.empty(),
            50,
            OptionalDouble.of(0.03),
            true,
            folder.resolve("both"),
            false);
    List<String> told = new ArrayList<>();
    assertThatThrownBy(
            () ->
                new ModelEngine()
                    .combine(
                        request,
                        line -> {
                          told.add(line);
                          if (line.startsWith("step 10 of 50")) {
                            Thread.currentThread().interrupt();
                          }
                        }))
        .isInstanceOf(CancellationException.class);
    assertThat(told.get(told.size() - 1))
        .isEqualTo("interrupted: " + folder.resolve("both") + " has what was learned up to there");
    assertThat(combined("both").get("scores")).isEmpty();
    done("eval", "--run", "both/tasks/three", "--json");
    assertThat(folder.resolve("both/scratch")).doesNotExist();
  }

  /** Nothing but what combine made is replaced by it, and nothing of it stays in a trained run. */
  @Test
  void onlyCombinedRunsAreReplaced() throws IOException {
    bertRuns();
    assertThat(run("combine", "--run", "two", "--run", "three", "--to", "bert", "--force"))
        .isEqualTo(2);
    assertThat(console.err()).contains("expected what combine made to replace");
    assertThat(folder.resolve("bert/model.safetensors")).exists();
    done("combine", "--run", "two", "--run", "three", "--to", "both", "--no-scores");
    done("combine", "--run", "two", "--run", "three", "--to", "both", "--no-scores", "--force");
    done("train", "-c", "two.yaml", "-o", "both", "--force");
    assertThat(folder.resolve("both/combined.json")).doesNotExist();
    assertThat(folder.resolve("both/tasks")).doesNotExist();
    done("combine", "--run", "both", "--run", "three", "--to", "more", "--no-scores");
  }

  /** Two seeds of one task have one head together. */
  @Test
  void runsOfOneTaskHaveOneHead() throws IOException {
    bertRuns();
    done("train", "-c", "two.yaml", "-o", "again", "--set", "train.seed=0");
    done("combine", "--run", "two", "--run", "again", "--to", "both");
    JsonNode found = combined("both");
    assertThat(found.get("scores")).hasSize(1);
    assertThat(found.get("scores").get(0).get("combined"))
        .as("the same run twice")
        .isEqualTo(found.get("scores").get(0).get("own"));
    assertThat(folder.resolve("both/tasks")).doesNotExist();
  }

  @Test
  void aPlanReadsNoWeights() throws IOException {
    bertRuns();
    Path tensors = folder.resolve("bert/model.safetensors");
    done("combine", "--plan", "--run", "two", "--run", "three", "--json");
    JsonNode plan = json();
    done("combine", "--run", "two", "--run", "three", "--to", "both", "--json", "--no-scores");
    assertThat(plan.get("bytes")).isEqualTo(json().get("bytes"));
    assertThat(plan.get("edges")).hasSameSizeAs(json().get("edges"));
    assertThat(Files.size(tensors)).isPositive();
    assertThat(run("combine", "--run", "two", "--run", "three")).isEqualTo(2);
    assertThat(console.err()).contains("expected --to with the folder to make, or --plan");
  }

  private void llamaRuns() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    List<String> lines = new ArrayList<>(Files.readAllLines(folder.resolve("train.jsonl")));
    Files.write(folder.resolve("other.jsonl"), lines.subList(0, 16));
    for (String data : List.of("train", "other")) {
      train(
          data.equals("train") ? "one" : "two",
          """
          model: llama
          method: {name: lora, rank: 2}
          data: {train: %s.jsonl, validation: {split: 0.2}, instruction: text}
          task: causal-lm
          train: {max_steps: 6, batch_size: 4, learning_rate: 2e-2}
          """
              .formatted(data));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "average",
        "linear --weights 0.5,0.25",
        "svd",
        "ties --rank 3",
        "dare --seed 3",
        "knots",
        "tsv",
        "ziplora --iterations 20 --rows 16",
        "klora"
      })
  void everyMethodMakesARunOfLanguageModels(String method) throws IOException {
    llamaRuns();
    List<String> arguments =
        new ArrayList<>(
            List.of("combine", "--run", "one", "--run", "two", "--to", "both", "--json"));
    arguments.addAll(List.of(("--method " + method).split(" ")));
    done(arguments.toArray(String[]::new));
    JsonNode found = json();
    assertThat(found.get("scores")).hasSize(2);
    assertThat(found.get("scores").get(0).get("metric").asText()).isEqualTo("loss");
    assertThat(found.get("edges").get(0).get("action").asText()).isEqualTo("merged");
    assertThat(folder.resolve("both/tasks")).doesNotExist();
    done("eval", "--run", "both", "--json");
    assertThat(json().get("loss").asDouble())
        .isEqualTo(found.get("scores").get(0).get("combined").asDouble());
    done("merge", "--run", "both", "--to", "merged");
  }

  @Test
  void runsOfOtherBasesAreRefused() throws IOException {
    llamaRuns();
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
    Path weights = folder.resolve("llama/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    done("train", "-c", "two.yaml", "-o", "changed");
    assertThat(run("combine", "--run", "one", "--run", "changed", "--to", "both")).isEqualTo(3);
    assertThat(console.err())
        .contains(
            folder.resolve("changed") + ": expected the base weights of " + folder.resolve("one"),
            "SHA-256");
    assertThat(folder.resolve("both")).doesNotExist();
    Files.delete(folder.resolve("two/provenance.json"));
    assertThat(run("combine", "--run", "one", "--run", "two", "--to", "both")).isEqualTo(3);
    assertThat(console.err()).contains("expected provenance.json with the hashes of the base");
  }

  @Test
  void numbersAndNamesAreChecked() throws IOException {
    llamaRuns();
    String[] two = {"combine", "--run", "one", "--run", "two", "--to", "both"};
    refused(two, "--weights: expected one for each of 2 runs", "--method", "linear", "--weights=1");
    refused(two, "--weights: expected numbers with commas", "--method", "linear", "--weights=a");
    refused(two, "--method linear: expected --weights", "--method", "linear");
    refused(two, "--weights: expected one of the methods", "--weights", "1,1");
    refused(two, "--method: expected one of [average", "--method", "soup");
    refused(two, "--density: expected a share above 0, at most 1", "--density", "0");
    refused(two, "--drop: expected a share from 0 to below 1", "--drop", "1");
    refused(two, "--rank: expected 1 or more", "--rank", "0");
    refused(two, "--on-cycle: expected error or trim, found 'cut'", "--on-cycle", "cut");
    refused(
        new String[] {"combine", "--run", "one", "--run", "x/one", "--to", "both"},
        "--run: expected runs of different names, found 'one' twice");
    refused(
        new String[] {"combine", "--run", "one", "--to", "both"},
        "combine: expected two adapters or more, found 1");
  }

  private void refused(String[] arguments, String message, String... more) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    assertThat(run(all.toArray(String[]::new))).as(message).isEqualTo(2);
    assertThat(console.err()).contains(message);
  }
}
