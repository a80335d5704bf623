package dev.statecraft.studio.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TensorBoardLogTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);

  @TempDir private Path folder;

  private RunDirectory run() {
    return RunDirectory.create(
        SampleRuns.recipe("lora", folder.resolve("run")), RunDirectory.Existing.REFUSE);
  }

  private static StepMetrics step(long step, double loss) {
    return new StepMetrics(step, step / 3.0, loss, 2e-4, 1.7, 640, 3200.5, 5_000_000_000L);
  }

  @Test
  void theFileHasWhatHappened() throws IOException {
    RunDirectory run = run();
    try (TensorBoardLog log = TensorBoardLog.of(run, CLOCK)) {
      assertThat(run.eventFiles()).isEmpty();
      log.started(10, 300);
      log.evaluated(new Evaluation(0, 0, Map.of("accuracy", 0.1)));
      log.step(step(1, 2.345678901234));
      log.note("a note");
      log.step(step(300, Double.NaN));
      // Read while it is open: TensorBoard follows it.
      List<EventFileReader.Message> messages = EventFileReader.read(run.eventFiles().get(0));
      assertThat(messages).hasSize(4).allMatch(m -> m.time() == 1_700_000_000.25);
      assertThat(messages).noneMatch(EventFileReader.Message::restart);
      assertThat(messages.get(0).version()).isEqualTo("brain.Event:2");
      assertThat(messages.get(1).scalars()).isEqualTo(Map.of("eval/accuracy", 0.1f));
      assertThat(messages.get(2).step()).isEqualTo(1);
      assertThat(messages.get(2).scalars())
          .isEqualTo(
              Map.of(
                  "train/loss", (float) 2.345678901234,
                  "train/learning_rate", 2e-4f,
                  "train/grad_norm", 1.7f,
                  "train/epoch", 1 / 3f,
                  "speed/tokens_per_second", 3200.5f,
                  "memory/peak_bytes", 5e9f));
      assertThat(messages.get(3).step()).isEqualTo(300);
      assertThat(messages.get(3).scalars().get("train/loss")).isNaN();
    }
  }

  @Test
  void aRunThatGoesOnVoidsWhatItTakesAgain() throws IOException {
    RunDirectory run = run();
    for (int part = 0; part < 2; part++) {
      try (TensorBoardLog log = TensorBoardLog.of(run, CLOCK)) {
        log.started(10, 300);
        log.step(step(7, 2));
        log.step(step(8, 2));
      }
    }
    List<Path> files = run.eventFiles();
    assertThat(files).hasSize(2).isSorted();
    assertThat(EventFileReader.read(files.get(0)))
        .noneMatch(EventFileReader.Message::restart)
        .hasSize(3);
    List<EventFileReader.Message> second = EventFileReader.read(files.get(1));
    assertThat(second).hasSize(4);
    assertThat(second.get(1).restart()).isTrue();
    assertThat(second.get(1).step()).isEqualTo(7);
    assertThat(second.get(2).restart()).isFalse();
  }

  @Test
  void aReplacedRunLeavesNoEvents() throws IOException {
    RunDirectory run = run();
    try (TensorBoardLog log = TensorBoardLog.of(run)) {
      log.started(10, 300);
    }
    assertThat(run.eventFiles()).hasSize(1);
    Recipe recipe = SampleRuns.recipe("lora", folder.resolve("run"));
    assertThat(RunDirectory.create(recipe, RunDirectory.Existing.REPLACE).eventFiles()).isEmpty();
  }

  @Test
  void aFolderThatIsGoneIsNamed() throws IOException {
    RunDirectory run = run();
    try (TensorBoardLog log = TensorBoardLog.of(run)) {
      Files.delete(run.folder().resolve("recipe.yaml"));
      Files.delete(run.folder());
      assertThatThrownBy(() -> log.started(10, 300))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("events.out.tfevents")
          .hasMessageContaining("cannot be written");
    }
  }
}
