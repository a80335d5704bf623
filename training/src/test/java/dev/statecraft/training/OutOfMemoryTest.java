package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step for which there is not enough memory is taken again in smaller micro-batches. */
class OutOfMemoryTest {
  private static final BatchLimit WHOLE = BatchLimit.examples(TinyTask.BATCH);

  /** Keeps what a run tells. */
  private static final class Log implements RunHandler {
    private final List<StepMetrics> steps = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    @Override
    public void step(StepMetrics step) {
      steps.add(step);
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      assertThat(evaluation.metrics().get("loss")).isFinite();
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }
  }

  /** What {@code steps} steps need beyond what is there before them. */
  private static long peak(DType type, BatchLimit microBatch) {
    try (Torch torch = Torch.cpu();
        Weights weights = TinyTask.weights(torch, type)) {
      Trainer trainer = TinyTask.trainer(weights, 2, microBatch);
      trainer.run(new Log());
      return trainer.memory().orElseThrow().peakBytes();
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT64, 1e-6", "FLOAT32, 1e-3"})
  void theResultIsThatOfTheWholeBatch(DType type, double tolerance) {
    Log unlimited = new Log();
    double[] expected;
    try (Torch torch = Torch.cpu();
        Weights weights = TinyTask.weights(torch, type)) {
      TinyTask.trainer(weights, 4, WHOLE).run(unlimited);
      expected = weights.flatValues().toDoubles();
    }
    // Half of the batch fits, the whole does not.
    long limit = (peak(type, WHOLE) + peak(type, BatchLimit.examples(TinyTask.BATCH / 2))) / 2;
    Log limited = new Log();
    try (Torch torch = Torch.cpu();
        Weights weights = TinyTask.weights(torch, type)) {
      final long tensors = torch.liveTensors();
      final long bytes = torch.liveBytes();
      torch.limit(limit);
      Trainer trainer = TinyTask.trainer(weights, 4, WHOLE);
      trainer.run(limited);
      Closeness.relative(tolerance)
          .withFloor(1e-2)
          .check("trained values", weights.flatValues().toDoubles(), expected);
      assertThat(torch.liveTensors()).isEqualTo(tensors);
      assertThat(torch.liveBytes()).isEqualTo(bytes);
      assertThat(trainer.memory().orElseThrow().peakBytes()).isLessThanOrEqualTo(limit);
      assertThat(trainer.predicted().orElseThrow().peak()).isEqualTo(trainer.memory().get());
    }
    for (int i = 0; i < 4; i++) {
      assertThat(limited.steps.get(i).loss())
          .isCloseTo(
              unlimited.steps.get(i).loss(),
              org.assertj.core.api.Assertions.withinPercentage(100 * tolerance));
    }
    assertThat(unlimited.notes).isEmpty();
    assertThat(limited.notes)
        .as("the smaller micro-batches stay")
        .containsExactly(
            "step 1: out of memory with micro-batches of up to 8 examples; taken again, and all"
                + " after it, with up to 4");
  }

  @Test
  void itGoesDownToOneExample() {
    long limit = peak(DType.FLOAT32, BatchLimit.examples(1));
    try (Torch torch = Torch.cpu();
        Weights weights = TinyTask.weights(torch, DType.FLOAT32)) {
      torch.limit(limit);
      Log log = new Log();
      TinyTask.trainer(weights, 2, WHOLE).run(log);
      assertThat(log.steps).hasSize(2);
      assertThat(log.notes).hasSize(3);
    }
  }

  @Test
  void whereOneExampleDoesNotFitNothingHasChanged() {
    long limit = peak(DType.FLOAT32, BatchLimit.examples(1));
    try (Torch torch = Torch.cpu()) {
      try (Weights weights = TinyTask.weights(torch, DType.FLOAT32)) {
        final long tensors = torch.liveTensors();
        final long bytes = torch.liveBytes();
        float[] before = weights.flatValues().toFloats();
        // Enough for the evaluation, not for the step.
        torch.limit(limit - 20_000);
        Log log = new Log();
        assertThatThrownBy(() -> TinyTask.trainer(weights, 2, WHOLE).run(log))
            .isInstanceOf(OutOfMemoryException.class)
            .hasMessageContaining("step 1: not even a micro-batch of one example fits")
            .hasMessageContaining("the limit is " + (limit - 20_000) + " bytes");
        assertThat(log.steps).isEmpty();
        assertThat(Arrays.equals(before, weights.flatValues().toFloats())).isTrue();
        assertThat(torch.liveTensors()).isEqualTo(tensors);
        assertThat(torch.liveBytes()).isEqualTo(bytes);
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @Test
  void anEvaluationGoesOnInHalves() {
    long whole = evaluation(Long.MAX_VALUE, 16);
    long single = evaluation(Long.MAX_VALUE, 1);
    assertThat(single).isLessThan(whole);
    assertThat(evaluation((whole + single) / 2, 16)).isLessThanOrEqualTo((whole + single) / 2);
  }

  /** The peak of an evaluation in micro-batches of so many examples; always with the same loss. */
  private static long evaluation(long limit, int examples) {
    try (Torch torch = Torch.cpu();
        Weights weights = TinyTask.weights(torch, DType.FLOAT64)) {
      torch.limit(limit);
      torch.resetPeak();
      Map<String, Double> metrics =
          new Evaluator(TinyTask.GRAPH, weights, BatchLimit.examples(examples))
              .score(TinyTask.EXAMPLES)
              .metrics();
      assertThat(metrics.get("loss"))
          .isCloseTo(4.5747, org.assertj.core.api.Assertions.within(0.01));
      return torch.peakBytes();
    }
  }
}
