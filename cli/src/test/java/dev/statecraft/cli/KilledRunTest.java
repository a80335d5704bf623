package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that trains is killed, again and again, and another goes on where it was. */
@Timeout(600)
class KilledRunTest {
  private static final int KILLS = 20;
  private static final int MOST_STEPS_OF_A_LIFE = 6;

  /** More than all lives can take: one step may follow before the kill arrives. */
  private static final int STEPS = KILLS * (MOST_STEPS_OF_A_LIFE + 3);

  @TempDir private Path folder;

  @BeforeEach
  void modelAndData() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: model
        method: {name: double-control, rank: 2, dropout: 0.1}
        data:
          train: train.jsonl
          validation: {split: 0.2}
          instruction: text
        task: causal-lm
        train:
          epochs: 1000
          max_steps: %d
          batch_size: 4
          micro_batch: 2
          learning_rate: 1e-3
          eval_every: 7
          checkpoint: {every: 1, keep: 2}
          seed: 3
        """
            .formatted(STEPS));
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
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

  private void end(Process process) throws InterruptedException, IOException {
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("output.txt"))).isEqualTo(0);
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file).lines().count() : 0;
  }

  @Test
  void aRunThatIsKilledTwentyTimesEndsToTheBitAsOneThatIsNot()
      throws IOException, InterruptedException {
    end(start("-c", "recipe.yaml", "-o", "whole"));

    Path run = folder.resolve("killed");
    Path metrics = run.resolve("metrics.jsonl");
    SplittableRandom random = new SplittableRandom(17);
    Process process = start("-c", "recipe.yaml", "-o", "killed");
    for (int kill = 0; kill < KILLS; kill++) {
      long until = lines(metrics) + random.nextInt(1, MOST_STEPS_OF_A_LIFE + 1);
      while (process.isAlive() && lines(metrics) < until) {
        Thread.sleep(2);
      }
      Thread.sleep(random.nextInt(25));
      assertThat(process.isAlive())
          .as("life %s: %s", kill, Files.readString(folder.resolve("output.txt")))
          .isTrue();
      process.destroyForcibly().waitFor();
      assertThat(process.exitValue()).isNotZero();
      // No more than the step that was being saved is lost.
      assertThat(newestCheckpoint(run)).isGreaterThanOrEqualTo(lines(metrics) - 1);
      process = start("--resume", "killed");
    }
    end(process);

    for (String file : new String[] {"adapter_model.safetensors", "adapter_config.json"}) {
      assertThat(run.resolve("adapter").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("whole").resolve("adapter").resolve(file));
    }
    assertThat(withoutTimes(metrics))
        .isEqualTo(withoutTimes(folder.resolve("whole/metrics.jsonl")));
    assertThat(run.resolve("summary.json")).exists();
    try (var entries = Files.list(run.resolve("checkpoints"))) {
      assertThat(entries).allMatch(entry -> entry.getFileName().toString().startsWith("step-"));
    }
  }

  private static long newestCheckpoint(Path run) throws IOException {
    try (var entries = Files.list(run.resolve("checkpoints"))) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.startsWith("step-"))
          .mapToLong(name -> Long.parseLong(name.substring("step-".length())))
          .max()
          .orElse(0);
    }
  }

  private static List<String> withoutTimes(Path metrics) throws IOException {
    List<String> lines = Files.readAllLines(metrics);
    assertThat(lines).hasSize(STEPS);
    return lines.stream().map(line -> line.replaceAll("\"tokens_per_second\":[^,}]*", "")).toList();
  }
}
