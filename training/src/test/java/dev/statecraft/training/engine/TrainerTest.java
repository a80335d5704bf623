package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.data.MicroBatch;
import dev.statecraft.data.Packing;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.training.Checkpointing;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.Trainer;
import dev.statecraft.training.TrainingOptions;
import dev.statecraft.training.task.CausalExamples;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs over a dataset, whose batches are made on another thread. */
@Timeout(60)
class TrainerTest {
  private static final TinyModel MODEL = TinyModel.of("llama-tiny");
  private static final int STEPS = 9;

  private static final ExampleSet EXAMPLES = examples();
  private static final TrainingOptions OPTIONS =
      new TrainingOptions(
          new Schedule(Schedule.Shape.COSINE, 1e-2, 2, STEPS),
          AdamW.Options.withDecay(0.01),
          6,
          BatchLimit.tokens(30),
          1,
          4,
          100,
          LayerPolicies.uniform(StorePolicy.CHEAP),
          StateFormat.EXACT,
          Checkpointing.NONE);

  private static ExampleSet examples() {
    return examples(2, 20);
  }

  private static ExampleSet examples(int shortest, int end) {
    SplittableRandom random = new SplittableRandom(1);
    List<LabelledTokens> examples = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      int[] ids = random.ints(random.nextInt(shortest, end), 3, 80).toArray();
      int[] labels = ids.clone();
      labels[0] = LabelledTokens.IGNORED;
      examples.add(new LabelledTokens(ids, labels));
    }
    return new CausalExamples(examples, false);
  }

  private static Graph graph() {
    return Methods.of(MODEL, 0.1).get("control+lora").apply(MODEL.family().graph());
  }

  private static Trainer trainer(
      Graph graph, Weights weights, ExampleSet examples, BooleanSupplier cancelled) {
    return new Trainer(graph, weights, examples, Optional.empty(), OPTIONS, cancelled);
  }

  @AfterEach
  void noThreadIsLeft() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("statecraft-batches");
  }

  @Test
  void stepsAreThoseTakenWithoutAThread() {
    Graph graph = graph();
    List<Double> losses = new ArrayList<>();
    float[] values;
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, DType.FLOAT32, 1)) {
      final long tensors = torch.liveTensors();
      trainer(graph, weights, EXAMPLES, () -> false).run(new Losses(losses));
      assertThat(torch.liveTensors()).isEqualTo(tensors);
      values = weights.flatValues().toFloats();
    }
    List<Double> expectedLosses = new ArrayList<>();
    assertThat(values).isEqualTo(byHand(graph, expectedLosses));
    assertThat(losses).hasSize(STEPS).isEqualTo(expectedLosses);
  }

  /** The same steps on one thread. */
  private static float[] byHand(Graph graph, List<Double> losses) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), OPTIONS.store());
    int[] lengths = EXAMPLES.lengths();
    BatchSampler sampler =
        new BatchSampler(lengths, BatchLimit.examples(OPTIONS.batchSize()), 1, OPTIONS.seed());
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, DType.FLOAT32, 1);
        AdamW adamW = new AdamW(weights, OPTIONS.optimizer())) {
      OptimizerStep step =
          new OptimizerStep(
              plan, TaskModel.LOSS, weights, adamW, OPTIONS.maxGradNorm(), OPTIONS.seed());
      BatchSampler.Cursor steps = sampler.from(new dev.statecraft.data.BatchPosition(0, 0));
      for (int i = 0; i < STEPS; i++) {
        MicroBatch chosen = steps.next();
        List<Supplier<Batch>> batches = new ArrayList<>();
        for (MicroBatch part : Packing.of(lengths, chosen.examples(), OPTIONS.microBatch())) {
          batches.add(() -> EXAMPLES.batch(torch, DType.FLOAT32, part.examples()));
        }
        losses.add(
            step.run(batches, EXAMPLES.labels(chosen.examples()), OPTIONS.schedule().at(i)).loss());
      }
      return weights.flatValues().toFloats();
    }
  }

  /** Steps of 8 examples at once, or in 2, 4 or 8 micro-batches. */
  @ParameterizedTest
  @MethodSource("methods")
  void accumulationGivesTheSameParameters(String method) {
    Graph graph = Methods.of(MODEL, 0).get(method).apply(MODEL.family().graph());
    double[] whole = afterSteps(graph, 8);
    for (int microBatch : new int[] {4, 2, 1}) {
      Closeness.relative(1e-12)
          .check(
              "values after micro-batches of " + microBatch, afterSteps(graph, microBatch), whole);
    }
  }

  static Set<String> methods() {
    return Methods.of(MODEL, 0).keySet();
  }

  private static double[] afterSteps(Graph graph, int microBatch) {
    TrainingOptions options =
        new TrainingOptions(
            new Schedule(Schedule.Shape.CONSTANT, 1e-4, 0, 5),
            // A larger epsilon than usual: Adam divides the tiniest gradients, which are nothing
            // but rounding errors, by it.
            new AdamW.Options(0.9, 0.999, 1e-3, 0.01),
            8,
            BatchLimit.examples(microBatch),
            1,
            4,
            100,
            LayerPolicies.uniform(StorePolicy.CHEAP),
            StateFormat.EXACT,
            Checkpointing.NONE);
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, DType.FLOAT64, 1)) {
      double[] before = weights.flatValues().toDoubles();
      // Of one length: LLaMA's float64 attention reproduces the float32 sums of transformers, whose
      // last bit depends on the longest sequence beside a sequence.
      new Trainer(graph, weights, examples(12, 13), Optional.empty(), options, () -> false)
          .run(new Losses(new ArrayList<>()));
      double[] after = weights.flatValues().toDoubles();
      assertThat(after).isNotEqualTo(before);
      return after;
    }
  }

  @Test
  void whatFailsInTheOtherThreadEndsTheRun() {
    InvalidInputException failure = new InvalidInputException("example 7 cannot be read");
    ExampleSet failing =
        new Delegating() {
          @Override
          public HostBatch hostBatch(List<Integer> examples) {
            if (examples.contains(7)) {
              throw failure;
            }
            return super.hostBatch(examples);
          }
        };
    Graph graph = graph();
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, DType.FLOAT32, 1)) {
      final long tensors = torch.liveTensors();
      assertThatThrownBy(
              () ->
                  trainer(graph, weights, failing, () -> false).run(new Losses(new ArrayList<>())))
          .isSameAs(failure);
      assertThat(torch.liveTensors()).isEqualTo(tensors);
    }
  }

  @Test
  void stepsOfAnEpochAreCountedForAnyBatchSize() {
    assertThat(Trainer.stepsOfEpoch(10, 3)).isEqualTo(4);
    assertThat(Trainer.stepsOfEpoch(9, 3)).isEqualTo(3);
    assertThat(Trainer.stepsOfEpoch(10, Integer.MAX_VALUE)).isEqualTo(1);
    assertThat(Trainer.stepsOfEpoch(Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(1);
    assertThat(Trainer.stepsOfEpoch(Integer.MAX_VALUE, 1)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aCancelledRunLeavesNothingBehind() {
    List<Double> losses = new ArrayList<>();
    Graph graph = graph();
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, DType.FLOAT32, 1)) {
      final long tensors = torch.liveTensors();
      assertThatThrownBy(
              () ->
                  trainer(graph, weights, EXAMPLES, () -> losses.size() == 2)
                      .run(new Losses(losses)))
          .isInstanceOf(CancellationException.class)
          .hasMessage("cancelled after step 2");
      assertThat(torch.liveTensors()).isEqualTo(tensors);
    }
  }

  @Test
  void anExampleThatFitsNoMicroBatchIsRefusedBeforeTheFirstStep() {
    Graph graph = graph();
    ExampleSet large =
        new Delegating() {
          @Override
          public int[] lengths() {
            int[] lengths = super.lengths();
            lengths[5] = 31;
            return lengths;
          }
        };
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, DType.FLOAT32, 1)) {
      assertThatThrownBy(() -> trainer(graph, weights, large, () -> false))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("example 5 has 31 tokens, a micro-batch may have at most 30");
    }
  }

  /** The examples, but for what a test changes. */
  private static class Delegating implements ExampleSet {
    @Override
    public int[] lengths() {
      return EXAMPLES.lengths();
    }

    @Override
    public long labels(List<Integer> examples) {
      return EXAMPLES.labels(examples);
    }

    @Override
    public HostBatch hostBatch(List<Integer> examples) {
      return EXAMPLES.hostBatch(examples);
    }

    @Override
    public Score score() {
      return EXAMPLES.score();
    }
  }

  private record Losses(List<Double> losses) implements RunHandler {
    @Override
    public void step(StepMetrics step) {
      losses.add(step.loss());
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      throw new AssertionError("nothing to evaluate on");
    }
  }
}
