package dev.statecraft.studio.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.StepMemory;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.TrainOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunRecorderTest {
  @TempDir private Path folder;

  private static Evaluation evaluation(long step, double accuracy) {
    return new Evaluation(step, step, Map.of("accuracy", accuracy));
  }

  @Test
  void theSummaryHasTheLastAndTheFirstBestEvaluation() throws IOException {
    Recipe recipe = SampleRuns.recipe("lora", folder.resolve("run"));
    Shown shown = new Shown();
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    try (MetricsLog log = run.metricsLog()) {
      RunRecorder recorder = new RunRecorder(recipe, log, shown);
      recorder.started(1234, 2);
      recorder.step(new StepMetrics(1, 0.5, 3, 0.1, 1, 100, 10, 1));
      recorder.evaluated(evaluation(1, 0.9));
      recorder.step(new StepMetrics(2, 1, 2, 0.1, 1, 300, 10, 1));
      recorder.evaluated(evaluation(2, 0.9));
      recorder.evaluated(evaluation(3, 0.8));
      recorder.note("2 examples were left out");
      RunResult result =
          recorder.finish(
              new TrainOutcome(
                  8, "cheap", memory(6), Optional.of(predicted(7)), 2, "attention 0.1"));

      Summary summary = result.summary();
      assertThat(summary.trainableParameters()).isEqualTo(1234);
      assertThat(summary.steps()).isEqualTo(2);
      assertThat(summary.tokensPerSecond()).isEqualTo(50);
      assertThat(summary.last()).contains(evaluation(3, 0.8));
      assertThat(summary.best()).contains(evaluation(1, 0.9));
      assertThat(result.steps()).hasSize(2);
      assertThat(summary.toMap())
          .containsEntry("measured_peak_bytes", 6L)
          .containsEntry("model_dropout", "attention 0.1")
          .containsKey("learning_rate")
          .containsEntry("predicted_peak_bytes", 7L)
          .containsEntry("memory", Map.of("weights", 6L))
          .containsEntry("stored_states", Map.of("0", Map.of("layers.0.middle", 2L)))
          .containsEntry(
              "memory_timeline",
              List.of(
                  Map.of(
                      "step",
                      "backward layer 0",
                      "bytes",
                      7L,
                      "memory",
                      Map.of("weights", 7L),
                      "state_gradients",
                      0L)));
      assertThat(String.join("\n", shown.notes))
          .contains("1,234 trainable parameters")
          .contains("evaluation after step 1: accuracy 0.9000")
          .contains("2 examples were left out");
      assertThat(shown.updates)
          .last()
          .isEqualTo(new Progress.Update("lora", 2, 2, Optional.of(2.0), 10, 1));
    }
    assertThat(folder.resolve("run/metrics.jsonl")).content().hasLineCount(2);
  }

  /** Keeps what is shown. */
  private static final class Shown implements Progress {
    private final List<Update> updates = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    @Override
    public void update(Update update) {
      updates.add(update);
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }

    @Override
    public void close() {}
  }

  private static MemoryUse memory(long bytes) {
    return new MemoryUse(bytes, Map.of("weights", bytes), 0);
  }

  private static StepMemory predicted(long bytes) {
    return new StepMemory(
        memory(bytes),
        List.of(new StepMemory.Moment("backward layer 0", memory(bytes))),
        Map.of("0", Map.of("layers.0.middle", 2L)));
  }

  @Test
  void anEvaluationWithoutTheDecidingMetricIsADefect() throws IOException {
    Recipe recipe = SampleRuns.recipe("lora", folder.resolve("run"));
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    try (MetricsLog log = run.metricsLog()) {
      RunRecorder recorder = new RunRecorder(recipe, log, new Shown());
      recorder.evaluated(new Evaluation(1, 1, Map.of("loss", 1.0)));
      recorder.evaluated(new Evaluation(2, 1, Map.of("loss", 1.0)));
      TrainOutcome outcome = new TrainOutcome(1, "cheap", memory(1), Optional.empty(), 2, "none");
      assertThatThrownBy(() -> recorder.finish(outcome)).hasMessageContaining("accuracy");
    }
  }
}
