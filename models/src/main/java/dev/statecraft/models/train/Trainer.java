package dev.statecraft.models.train;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.data.BatchLimit;
import dev.statecraft.models.data.BatchSampler;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.task.ExampleSet;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Tunes a model on examples. The data of the next steps is made on another thread while a step
 * runs; what is computed does not depend on it.
 */
public final class Trainer {
  /** Steps whose data may wait, besides the one that is being made. */
  private static final int STEPS_AHEAD = 2;

  private final Weights weights;
  private final Graph graph;
  private final ExampleSet training;
  private final Optional<ExampleSet> validation;
  private final TrainingOptions options;
  private final int examples;
  private final StatePlan plan;
  private final BatchSampler sampler;
  private final BooleanSupplier cancelled;
  private long peakBytes;
  private Extents peakExtents = new Extents(0, 0, 0, 0);
  private List<List<Integer>> peakParts = List.of();
  private double seconds;

  /**
   * Prepares a run.
   *
   * @param graph a tuned graph
   * @param weights its weights; changed by the run
   * @param cancelled asked before every step; once it says so, the run ends with a {@link
   *     CancellationException} and the parameters of the last whole step
   */
  public Trainer(
      Graph graph,
      Weights weights,
      ExampleSet training,
      Optional<ExampleSet> validation,
      TrainingOptions options,
      BooleanSupplier cancelled) {
    this.graph = graph;
    this.weights = weights;
    this.training = training;
    this.validation = validation;
    this.options = options;
    this.cancelled = cancelled;
    examples = training.size();
    options.microBatch().check(training.lengths());
    plan = StatePlan.training(graph, ModelFamily.LOSS, Set.of(), options.store());
    sampler =
        new BatchSampler(
            training.lengths(), BatchLimit.examples(options.batchSize()), 1, options.seed());
  }

  /** Optimizer steps of one pass over so many examples. */
  public static long stepsOfEpoch(int examples, int batchSize) {
    return (examples + batchSize - 1L) / batchSize;
  }

  /**
   * Takes all steps of the schedule, with an evaluation before the first, after every {@code
   * evalEvery} and after the last.
   *
   * @throws NumericFaultException if a loss or gradient is not finite
   * @throws CancellationException if the run was cancelled
   */
  public void run(TrainingListener listener) {
    long total = options.schedule().totalSteps();
    long perEpoch = stepsOfEpoch(examples, options.batchSize());
    try (AdamW optimizer = new AdamW(weights, options.optimizer());
        Ahead<StepData> data =
            new Ahead<>(
                "statecraft-batches",
                StepData.of(training, sampler, options.microBatch(), 0, total),
                STEPS_AHEAD)) {
      OptimizerStep step =
          new OptimizerStep(
              plan, ModelFamily.LOSS, weights, optimizer, options.maxGradNorm(), options.seed());
      evaluate(0, 0, listener);
      for (long i = 0; i < total; i++) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("cancelled after step " + i);
        }
        double epochs = (i + 1) / (double) perEpoch;
        listener.step(take(step, data.next(), i, epochs));
        if ((i + 1) % options.evalEvery() == 0 || i + 1 == total) {
          evaluate(i + 1, epochs, listener);
        }
      }
    }
  }

  private TrainingListener.Step take(OptimizerStep step, StepData data, long index, double epochs) {
    Torch torch = weights.torch();
    torch.resetPeak();
    long start = System.nanoTime();
    double learningRate = options.schedule().at(index);
    List<Extents> extents = new ArrayList<>();
    List<Supplier<Batch>> batches = new ArrayList<>();
    for (HostBatch host : data.batches()) {
      batches.add(
          () -> {
            Batch batch = host.upload(torch, weights.computeType());
            extents.add(batch.extents());
            return batch;
          });
    }
    OptimizerStep.Result result = step.run(batches, data.labels(), learningRate);
    if (!result.applied()) {
      throw new NumericFaultException(
          "step "
              + (index + 1)
              + ": expected a finite loss and gradient, found loss "
              + result.loss()
              + " and gradient norm "
              + result.gradientNorm()
              + " (examples "
              + data.chosen().examples()
              + " of the training data, counted from 0)");
    }
    double took = (System.nanoTime() - start) / 1e9;
    seconds += took;
    if (torch.peakBytes() > peakBytes) {
      peakBytes = torch.peakBytes();
      peakExtents = extents.stream().max(Comparator.comparingLong(Extents::tokens)).orElseThrow();
      peakParts = data.parts();
    }
    return new TrainingListener.Step(
        index + 1,
        epochs,
        result.loss(),
        learningRate,
        result.gradientNorm(),
        data.chosen().tokens(),
        took,
        torch.peakBytes());
  }

  private void evaluate(long step, double epochs, TrainingListener listener) {
    if (validation.isPresent()) {
      listener.evaluated(
          step,
          epochs,
          new Evaluator(graph, weights, options.microBatch()).score(validation.get()).metrics());
    }
  }

  /** Seconds spent in steps so far, without evaluations. */
  public double seconds() {
    return seconds;
  }

  /**
   * The bytes that the step which needed most should have needed, by running its micro-batches
   * without memory; 0 before the first step.
   */
  public long predictedPeakBytes() {
    return peakParts.stream()
        .mapToLong(
            part ->
                DryRun.step(
                        graph,
                        weights.computeType(),
                        weights.quantization(),
                        options.store(),
                        torch -> training.batch(torch, weights.computeType(), part))
                    .peakBytes())
        .max()
        .orElse(0);
  }

  /** What the memory of the step that needed most went to. */
  public MemoryUse memory() {
    return MemoryUse.of(plan, weights, peakExtents, peakBytes);
  }
}
