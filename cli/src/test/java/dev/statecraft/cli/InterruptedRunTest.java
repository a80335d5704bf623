package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import dev.statecraft.studio.job.JobOptions;
import dev.statecraft.studio.job.TrainingJob;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.TrainOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is stopped in order: it has its summary and report, and goes on where it was. */
@Timeout(300)
class InterruptedRunTest {
  private static final int STEPS = 400;

  /** SIGINT. */
  private static final int INTERRUPT = 2;

  @TempDir private Path folder;

  @BeforeEach
  void modelAndData() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: model
        method: {name: double-control, rank: 2}
        data:
          train: train.jsonl
          validation: {split: 0.2}
          instruction: text
        task: causal-lm
        train: {epochs: 1000, max_steps: %d, batch_size: 4, checkpoint: none, eval_every: 50}
        """
            .formatted(STEPS));
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (interruptsAreIgnored()) {
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-cp",
            System.getProperty("java.class.path"),
            Statecraft.class.getName(),
            "train"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output.txt").toFile()))
        .start();
  }

  /**
   * Whether what starts this JVM ignores SIGINT, as a shell does for what runs in its background; a
   * child would inherit that.
   */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return false;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findAny()
            .orElse("0");
    return (Long.parseUnsignedLong(ignored, 16) & 1L << (INTERRUPT - 1)) != 0;
  }

  private int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output.txt"));
  }

  private static JsonNode summary(Path run) throws IOException {
    return new ObjectMapper().readTree(run.resolve("summary.json").toFile());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  @DisabledOnOs(OS.WINDOWS)
  void aSignalEndsTheRunInOrder(String signal) throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    Process process = start("-c", "recipe.yaml", "-o", "run");
    Path metrics = run.resolve("metrics.jsonl");
    while (process.isAlive() && (!Files.exists(metrics) || Files.size(metrics) < 300)) {
      Thread.sleep(5);
    }
    String pid = String.valueOf(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
    assertThat(end(process)).as(output()).isEqualTo(130);
    assertThat(output()).contains("go on with: statecraft train --resume");
    assertThat(output().stripTrailing()).endsWith("statecraft: interrupted");

    JsonNode summary = summary(run);
    long taken = Files.readString(metrics).lines().count();
    assertThat(taken).isBetween(1L, STEPS - 1L);
    assertThat(summary.get("status").asText()).isEqualTo("interrupted");
    assertThat(summary.get("steps").asLong()).isEqualTo(taken);
    assertThat(summary.get("measured_peak_bytes").asLong()).isPositive();
    assertThat(run.resolve("report.html"))
        .content()
        .contains("Ended after " + taken + " of " + STEPS + " steps: interrupted");
    assertThat(run.resolve("checkpoints/step-" + taken)).isDirectory();

    assertThat(end(start("--resume", "run"))).as(output()).isZero();
    assertThat(summary(run).get("status").asText()).isEqualTo("finished");
    assertThat(summary(run).get("steps").asLong()).isEqualTo(STEPS);
  }

  /** Either leaves what the other does, to the bit. */
  @Test
  void theCommandGoesOnWithAProgramsRun() throws IOException {
    Recipe recipe =
        Recipe.load(folder.resolve("recipe.yaml"), List.of("train.max_steps=12"), folder)
            .withOutput(folder.resolve("program"));
    AtomicReference<TrainingJob> handle = new AtomicReference<>();
    RunListener cancelling =
        new RunHandler() {
          @Override
          public void step(StepMetrics step) {
            if (step.step() == 5) {
              handle.get().cancel();
            }
          }
        };
    try (TrainingJob job =
        TrainingJob.begin(
            new ModelEngine(),
            recipe,
            RunDirectory.Existing.REFUSE,
            JobOptions.SILENT.withListener(cancelling))) {
      handle.set(job);
      Assertions.assertThatThrownBy(job::run).isInstanceOf(CancellationException.class);
    }
    train("--resume", "program");
    train("-c", "recipe.yaml", "--set", "train.max_steps=12", "-o", "command");
    assertThat(files("program")).isEqualTo(files("command"));
    assertThat(folder.resolve("program/adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("command/adapter/adapter_model.safetensors"));
  }

  private void train(String... arguments) {
    TestConsole console = new TestConsole(folder);
    List<String> command = new ArrayList<>(List.of("train"));
    command.addAll(List.of(arguments));
    assertThat(Statecraft.run(console.console(), new ModelEngine(), command.toArray(String[]::new)))
        .as(console.err())
        .isZero();
  }

  /** Of a run, without those whose names depend on the time or on where it was interrupted. */
  private Set<String> files(String run) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(run))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .map(name -> name.startsWith(RunDirectory.EVENTS) ? RunDirectory.EVENTS : name)
          .filter(name -> !name.equals("checkpoints"))
          .collect(Collectors.toSet());
    }
  }

  /** What a program does that has an engine. */
  @Test
  void anInterruptOfTheThreadIsACancellation() throws IOException {
    Recipe recipe = Recipe.load(folder.resolve("recipe.yaml"), List.of(), folder);
    RunDirectory directory = RunDirectory.create(recipe, RunDirectory.Existing.REPLACE);
    List<TrainOutcome> outcomes = new ArrayList<>();
    RunListener listener =
        new RunHandler() {
          @Override
          public void step(StepMetrics step) {
            if (step.step() == 3) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void stopped(TrainOutcome soFar) {
            outcomes.add(soFar);
          }
        };
    Assertions.assertThatThrownBy(() -> new ModelEngine().train(recipe, directory, listener))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).as("the exception is what is left of it").isFalse();
    assertThat(directory.checkpoints(1).latest().orElseThrow().progress().step()).isEqualTo(3);
    assertThat(directory.adapter().resolve("adapter_model.safetensors")).exists();
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.get(0).memory().peakBytes()).isPositive();
  }

  /** As an interrupt that comes while files are read, before the first step. */
  @Test
  void anInterruptBeforeTheFirstStepIsOneToo() throws IOException {
    Recipe recipe = Recipe.load(folder.resolve("recipe.yaml"), List.of(), folder);
    RunDirectory directory = RunDirectory.create(recipe, RunDirectory.Existing.REPLACE);
    Thread.currentThread().interrupt();
    Assertions.assertThatThrownBy(() -> new ModelEngine().train(recipe, directory, event -> {}))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isFalse();
  }
}
