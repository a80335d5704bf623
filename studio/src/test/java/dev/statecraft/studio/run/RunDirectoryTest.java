package dev.statecraft.studio.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory.Existing;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunDirectoryTest {
  private static final StepMetrics STEP =
      new StepMetrics(1, 0.5, 2.25, 1e-3, Double.NaN, 100, 50.5, 1L << 40);

  @TempDir private Path folder;
  private Recipe recipe;

  @BeforeEach
  void makeRecipe() {
    recipe = SampleRuns.recipe("lora", folder.resolve("runs/a"));
  }

  private void log(RunDirectory run) throws IOException {
    try (MetricsLog log = run.metricsLog()) {
      log.write(STEP);
    }
  }

  private static StepMetrics step(long number) {
    return new StepMetrics(number, 0.5, 1.0 / 3, 1e-3, 2, 100, 50.5, 1L << 40);
  }

  @Test
  void theLogIsCutBehindTheStepThatARunGoesOnFrom() throws IOException {
    RunDirectory run = RunDirectory.create(recipe, Existing.REFUSE);
    assertThat(run.stepsUntil(0)).isEmpty();
    try (MetricsLog log = run.metricsLog()) {
      for (int i = 1; i <= 5; i++) {
        log.write(step(i));
      }
    }
    Path file = recipe.output().resolve("metrics.jsonl");
    Files.writeString(file, Files.readString(file) + "{\"step\":6,\"epo");
    assertThat(run.stepsUntil(3)).containsExactly(step(1), step(2), step(3));
    assertThat(Files.readAllLines(file)).hasSize(3);
    assertThatThrownBy(() -> run.stepsUntil(4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("metrics.jsonl: expected the steps 1 to 4 in order, found 3");
    assertThat(run.stepsUntil(0)).isEmpty();
    assertThat(file).isEmptyFile();
  }

  @Test
  void aLogThatLacksAStepIsNotGoneOnFrom() throws IOException {
    RunDirectory run = RunDirectory.create(recipe, Existing.REFUSE);
    try (MetricsLog log = run.metricsLog()) {
      log.write(step(1));
      log.write(step(3));
    }
    assertThatThrownBy(() -> run.stepsUntil(2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("metrics.jsonl: expected the steps 1 to 2 in order, found 1");
  }

  @Test
  void oneProcessTrainsInAFolder() throws IOException {
    RunDirectory run = RunDirectory.create(recipe, Existing.REFUSE);
    try (RunDirectory.Lock lock = run.lock()) {
      assertThatThrownBy(run::lock)
          .isInstanceOf(RecipeException.class)
          .hasMessageContaining("another process is training in this run directory");
      assertThat(lock.channel().isOpen()).isTrue();
      log(run);
      assertThatThrownBy(() -> RunDirectory.create(recipe, Existing.REPLACE))
          .isInstanceOf(RecipeException.class)
          .hasMessageContaining("another process is training");
      assertThat(recipe.output().resolve("metrics.jsonl")).isNotEmptyFile();
    }
    run.lock().close();
  }

  @Test
  void bytesThatAreNoTextAreToldWithTheirFile() throws IOException {
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    byte[] bytes = {'{', (byte) 0xe4, '}', '\n'};
    for (String name : List.of("metrics.jsonl", "notes.log", "summary.json", "recipe.yaml")) {
      Files.write(run.folder().resolve(name), bytes);
    }
    assertThatThrownBy(() -> run.stepsUntil(1))
        .hasMessageContaining("metrics.jsonl: expected text");
    assertThatThrownBy(run::notesLog).hasMessageContaining("notes.log: expected text in UTF-8");
    assertThatThrownBy(run::isFinished).hasMessageContaining("summary.json: expected text");
    assertThatThrownBy(run::recipe).hasMessageContaining("recipe.yaml: expected text in UTF-8");
  }

  @Test
  void whatAKilledProcessLeftIsSwept() throws IOException {
    Path half = recipe.output().resolve(".recipe.yaml." + UUID.randomUUID() + ".tmp");
    Files.createDirectories(recipe.output());
    Files.writeString(half, "mod");
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    assertThat(half).doesNotExist();
    Files.createDirectories(run.adapter());
    Path weights =
        Files.writeString(run.adapter().resolve(".a." + UUID.randomUUID() + ".new"), "ha");
    run.sweep();
    assertThat(weights).doesNotExist();
  }

  @Test
  void aRunIsWrittenAndOpenedAgain() throws IOException {
    RunDirectory run = RunDirectory.create(recipe, Existing.REFUSE);
    log(run);
    log(run);
    assertThat(run.isFinished()).isFalse();
    run.writeSummary(SampleRuns.run("lora", 40, 5, folder).summary());
    run.writeRecipe(recipe.withLabels(List.of("x", "y")));

    RunDirectory again = RunDirectory.open(recipe.output());
    assertThat(again.isFinished()).isTrue();
    assertThat(again.recipe()).isEqualTo(recipe.withLabels(List.of("x", "y")));
    List<String> lines = Files.readAllLines(recipe.output().resolve("metrics.jsonl"));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1))
        .isEqualTo(
            "{\"step\":1,\"epoch\":0.5,\"loss\":2.25,\"lr\":0.001,\"grad_norm\":null,"
                + "\"tokens\":100,\"tokens_per_second\":50.5,\"peak_bytes\":1099511627776}");
    JsonNode summary =
        new ObjectMapper().readTree(recipe.output().resolve("summary.json").toFile());
    assertThat(summary.fieldNames())
        .toIterable()
        .containsExactly(
            "status",
            "method",
            "trainable_parameters",
            "steps",
            "seconds",
            "tokens_per_second",
            "threads",
            "last_evaluation",
            "best_evaluation",
            "learning_rate",
            "model_dropout",
            "store",
            "memory",
            "predicted_peak_bytes",
            "measured_peak_bytes",
            "peak_rss_bytes",
            "memory_timeline",
            "stored_states");
    try (Stream<Path> files = Files.list(recipe.output())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("recipe.yaml", "metrics.jsonl", "summary.json");
    }
  }

  @Test
  void aRunWithResultsIsReplacedOnlyOnRequest() throws IOException {
    RunDirectory run = RunDirectory.create(recipe, Existing.REFUSE);
    RunDirectory.create(recipe, Existing.REFUSE);
    log(run);
    assertThatThrownBy(() -> RunDirectory.create(recipe, Existing.REFUSE))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("an unfinished")
        .hasMessageContaining("--force")
        .hasMessageContaining(recipe.output().toString());
    run.writeSummary(SampleRuns.run("lora", 40, 5, folder).summary());
    assertThatThrownBy(() -> RunDirectory.create(recipe, Existing.REFUSE))
        .hasMessageContaining("a finished");

    Files.writeString(Files.createDirectories(run.adapter()).resolve("x"), "y");
    Files.writeString(run.folder().resolve("notes.txt"), "the user's own");
    RunDirectory.create(recipe, Existing.REPLACE);
    assertThat(run.adapter()).doesNotExist();
    assertThat(run.folder().resolve("metrics.jsonl")).doesNotExist();
    assertThat(run.isFinished()).isFalse();
    assertThat(run.folder().resolve("notes.txt")).exists();
  }

  @Test
  void whatIsNotARunIsNeverReplaced() throws IOException {
    Files.createDirectories(recipe.output());
    Files.writeString(recipe.output().resolve("summary.json"), "mine");
    assertThatThrownBy(() -> RunDirectory.create(recipe, Existing.REPLACE))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("other files");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> RunDirectory.create(recipe.withOutput(file), Existing.REPLACE))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("found the file");
    assertThatThrownBy(
            () -> RunDirectory.create(recipe.withOutput(file.resolve("x")), Existing.REPLACE))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> RunDirectory.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("recipe.yaml");
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path file = folder.resolve("summary.json");
    AtomicFile.write(file, "old");
    AtomicFile.write(file, "new");
    assertThat(file).hasContent("new");
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("none/file"), "x"))
        .isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void peakMemoryIsReadFromTheStatusOfTheProcess() throws IOException {
    Path status =
        Files.writeString(
            folder.resolve("status"), "Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t1 kB\n");
    assertThat(PeakMemory.bytes(status)).hasValue(2048 * 1024);
    assertThat(PeakMemory.bytes(folder.resolve("none"))).isEmpty();
  }
}
