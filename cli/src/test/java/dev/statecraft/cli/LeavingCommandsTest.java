package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.adapters.AdapterFormat;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.studio.engine.ExportRequest;
import dev.statecraft.studio.engine.LogitsCheck;
import dev.statecraft.studio.engine.MergeRequest;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands by which results leave: export, import, merge, verify, study. */
final class LeavingCommandsTest {
  @TempDir private Path folder;
  private TestConsole console;

  private int run(dev.statecraft.studio.engine.Engine engine, String... arguments) {
    console = new TestConsole(folder);
    return Statecraft.run(console.console(), engine, arguments);
  }

  private JsonNode json() throws IOException {
    assertThat(console.out().lines()).hasSize(1);
    return new ObjectMapper().readTree(console.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "import", "merge", "verify", "study"})
  void everyCommandHasHelp(String command) {
    assertThat(run(new FakeEngine(), command, "--help")).isZero();
    assertThat(console.out()).contains("statecraft " + command, "6 failed check");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "export --to o",
        "export --run r --adapter a --to o",
        "export --adapter a",
        "export --adapter a --to o --format pickle",
        "export --adapter a --to o --tolerance -1",
        "import --to o",
        "merge --adapter a --to o --dtype float31",
        "verify --adapter a",
        "verify --adapter a --against o --compute int8",
        "study -c r.yaml --seeds 0",
        "combine --run a --run b",
        "combine --to o",
        "combine --run a --run b --to o --rank 0"
      })
  void badArgumentsEndWithTwoAndOneLine(String arguments) {
    assertThat(run(new FakeEngine(), arguments.split(" "))).isEqualTo(2);
    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err()).startsWith("statecraft: ");
  }

  @Test
  void exportAsksForWhatIsSaid() throws IOException {
    FakeEngine engine = new FakeEngine();
    assertThat(
            run(
                engine,
                "export",
                "--adapter",
                "a",
                "--to",
                "o",
                "--format",
                "paper",
                "--model",
                "m",
                "--base-name",
                "org/m",
                "--json"))
        .isZero();
    ExportRequest request = (ExportRequest) engine.asked();
    assertThat(request.format()).contains(AdapterFormat.PAPER);
    assertThat(request.source().model()).contains(folder.resolve("m").toString());
    assertThat(request.baseName()).contains("org/m");
    assertThat(request.check()).map(LogitsCheck::dtype).contains(DType.FLOAT32);
    assertThat(json().at("/verification/passed").asBoolean()).isTrue();
    assertThat(json().at("/written").asText()).isEqualTo("paper");

    assertThat(run(engine, "import", "--from", "a", "--to", "o", "--no-verify")).isZero();
    assertThat(((ExportRequest) engine.asked()).check()).isEmpty();
    assertThat(console.out()).isEqualTo("written (peft): " + folder.resolve("o") + "\n");

    assertThat(run(engine, "merge", "--adapter", "a", "--to", "o", "--dtype", "bfloat16")).isZero();
    MergeRequest merge = (MergeRequest) engine.asked();
    assertThat(merge.dtype()).contains(DType.BFLOAT16);
    assertThat(merge.check()).isEmpty();
    assertThat(merge.keepQuantized()).isFalse();
    assertThat(run(engine, "merge", "--adapter", "a", "--to", "o", "--keep-quantized")).isZero();
    assertThat(((MergeRequest) engine.asked()).keepQuantized()).isTrue();
  }

  @Test
  void verifyEndsWithSixWhereLogitsDiffer() throws IOException {
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "verify", "--adapter", "a", "--against", "same")).isZero();
    assertThat(console.out()).contains("Once upon a time", "1.00e-06", "same logits");
    assertThat(console.out()).contains("the top token or class is the same in 5 of 5 rows");
    assertThat(run(engine, "verify", "--adapter", "a", "--against", "flips")).isZero();
    assertThat(console.out())
        .contains(
            "logits within the tolerance, but other top choices: ",
            "the top token or class is the same in 4 of 5 rows")
        .doesNotContain("same logits");
    assertThat(run(engine, "verify", "--adapter", "a", "--against", "flips", "--json")).isZero();
    assertThat(json().at("/same_top").asDouble()).isEqualTo(0.8);
    assertThat(json().at("/rows").asInt()).isEqualTo(5);
    assertThat(run(engine, "verify", "--adapter", "a", "--against", "other")).isEqualTo(6);
    assertThat(console.out()).contains("different logits");
    assertThat(run(engine, "verify", "--adapter", "a", "--against", "other", "--json"))
        .isEqualTo(6);
    assertThat(json().at("/passed").asBoolean()).isFalse();
    assertThat(json().at("/prompts/0/max_difference").asDouble()).isEqualTo(0.5);
  }

  @Test
  void aStudyOfWhichNothingFinishesSaysWhy() throws IOException {
    Files.writeString(
        folder.resolve("base.yaml"),
        "model: builtin:minilm\nmethod: lora\ndata: {train: none.csv}\ntask: classification\n");
    FakeEngine engine = new FakeEngine(new InvalidInputException("none.csv: file not found"));
    assertThat(run(engine, "study", "-c", "base.yaml", "--seeds", "2")).isEqualTo(3);
    assertThat(console.err())
        .contains(
            "statecraft: none of the study's 2 runs finished; the first failure: none.csv: file"
                + " not found");
    assertThat(folder.resolve("studies/base/study.csv")).content().contains("failed");
  }

  /** Two methods and two seeds on the built-in encoder, for real; then what came of one leaves. */
  @Test
  void aSmallStudyFromRecipeToExport() throws IOException {
    StringBuilder rows = new StringBuilder("text,label\n");
    for (int i = 0; i < 24; i++) {
      rows.append(i % 2 == 0 ? "the lamp is bright" : "the street is dark").append(' ').append(i);
      rows.append(i % 2 == 0 ? ",yes\n" : ",no\n");
    }
    Files.writeString(folder.resolve("train.csv"), rows);
    Files.writeString(
        folder.resolve("base.yaml"),
        """
        model: builtin:minilm
        method: lora
        data: {train: train.csv, validation: {split: 0.25}}
        task: classification
        train: {max_steps: 2, batch_size: 6}
        """);
    List<String> study =
        List.of(
            "study",
            "-c",
            "base.yaml",
            "--grid",
            "method.name=lora,probe",
            "--seeds",
            "2",
            "-o",
            "s",
            "--json");
    assertThat(run(new ModelEngine(), study.toArray(new String[0]))).isZero();
    JsonNode first = json();
    assertThat(first.path("points"))
        .hasSize(4)
        .allMatch(p -> p.path("status").asText().equals("finished"));
    assertThat(first.at("/settings/0/metrics/accuracy/values")).hasSize(2);
    assertThat(folder.resolve("s/study.csv")).content().hasLineCount(5);
    assertThat(folder.resolve("s/study.html")).content().contains("Accuracy by setting", "lora");
    JsonNode written = new ObjectMapper().readTree(folder.resolve("s/study.json").toFile());
    assertThat(written.path("settings")).isEqualTo(first.path("settings"));

    assertThat(run(new ModelEngine(), study.toArray(new String[0]))).isZero();
    assertThat(console.err()).as("nothing is run again").doesNotContain("run 1 of 4");
    assertThat(json().path("settings")).isEqualTo(first.path("settings"));

    assertThat(
            run(
                new ModelEngine(),
                "export",
                "--run",
                "s/points/name=lora,seed=1",
                "--to",
                "out",
                "--base-name",
                "sentence-transformers/all-MiniLM-L6-v2"))
        .isZero();
    assertThat(console.out()).contains("same logits", "written (peft)");
    assertThat(folder.resolve("out/adapter_config.json"))
        .content()
        .contains("sentence-transformers/all-MiniLM-L6-v2");
    // The model that comes with Statecraft leaves as a folder, too, with its tokenizer.
    assertThat(
            run(
                new ModelEngine(),
                "merge",
                "--run",
                "s/points/name=probe,seed=1",
                "--to",
                "merged",
                "--verify"))
        .isZero();
    assertThat(console.out()).contains("same logits", "written (probe)");
    assertThat(console.err()).contains("for which transformers has no class");
    assertThat(folder.resolve("merged/tokenizer.json")).exists();
    assertThat(run(new ModelEngine(), "eval", "--run", "s/points/name=probe,seed=1", "--json"))
        .isZero();
    double accuracy = json().path("accuracy").asDouble();
    assertThat(
            run(
                new ModelEngine(),
                "eval",
                "-c",
                "s/points/name=probe,seed=1/recipe.yaml",
                "--set",
                "model=" + folder.resolve("merged"),
                "--json"))
        .isZero();
    assertThat(json().path("accuracy").asDouble()).isEqualTo(accuracy);
  }

  @Test
  void aCombinationIsTwoTables() throws IOException {
    String[] arguments = {"combine", "--run", "mr", "--run", "qnli", "--method", "tsv"};
    assertThat(run(new FakeEngine(), with(arguments, "--plan"))).isZero();
    assertThat(console.out())
        .contains("layers.*.mlp", "8+4 -> 12", "62.5 %", "trimmed", "closes q -> k -> q")
        .doesNotContain("accuracy");
    assertThat(console.err()).contains("a note");
    assertThat(run(new FakeEngine(), with(arguments, "--to", "out"))).isZero();
    assertThat(console.out())
        .contains("accuracy", "0.75", "written (tsv): " + folder.resolve("out"));
    assertThat(run(new FakeEngine(), with(arguments, "--to", "out", "--json"))).isZero();
    assertThat(json().get("edges").get(2).get("action").asText()).isEqualTo("trimmed");
    assertThat(json().get("scores").get(0).get("combined").asDouble()).isEqualTo(0.75);
    assertThat(json().get("bytes").asLong()).isEqualTo(12_288);
  }

  private static String[] with(String[] arguments, String... more) {
    return java.util.stream.Stream.of(arguments, more)
        .flatMap(java.util.Arrays::stream)
        .toArray(String[]::new);
  }
}
