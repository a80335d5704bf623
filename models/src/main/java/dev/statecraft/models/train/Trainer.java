package dev.statecraft.models.train;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.data.BatchLimit;
import dev.statecraft.models.data.BatchSampler;
import dev.statecraft.models.data.MicroBatch;
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

/** Tunes a model on examples. */
public final class Trainer {
  private final Weights weights;
  private final Graph graph;
  private final ExampleSet training;
  private final Optional<ExampleSet> validation;
  private final TrainingOptions options;
  private final int[] lengths;
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
    lengths = training.lengths();
    plan = StatePlan.training(graph, ModelFamily.LOSS, Set.of(), options.store(), options.states());
    sampler =
        new BatchSampler(lengths, BatchLimit.examples(options.batchSize()), 1, options.seed());
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
    long perEpoch = stepsOfEpoch(lengths.length, options.batchSize());
    try (AdamW optimizer = new AdamW(weights, options.optimizer())) {
      OptimizerStep step =
          new OptimizerStep(
              plan, ModelFamily.LOSS, weights, optimizer, options.maxGradNorm(), options.seed());
      evaluate(0, 0, listener);
      List<MicroBatch> epoch = List.of();
      for (long i = 0; i < total; i++) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("cancelled after step " + i);
        }
        int within = (int) (i % perEpoch);
        if (within == 0) {
          epoch = sampler.epoch((int) (i / perEpoch));
        }
        double epochs = (i + 1) / (double) perEpoch;
        listener.step(take(step, epoch.get(within), i, epochs));
        if ((i + 1) % options.evalEvery() == 0 || i + 1 == total) {
          evaluate(i + 1, epochs, listener);
        }
      }
    }
  }

  private TrainingListener.Step take(
      OptimizerStep step, MicroBatch chosen, long index, double epochs) {
    Torch torch = weights.torch();
    torch.resetPeak();
    long start = System.nanoTime();
    double learningRate = options.schedule().at(index);
    List<Extents> extents = new ArrayList<>();
    List<List<Integer>> parts = microBatches(chosen.examples());
    List<Supplier<Batch>> batches = new ArrayList<>();
    for (List<Integer> part : parts) {
      batches.add(
          () -> {
            Batch batch = training.batch(torch, weights.computeType(), part);
            extents.add(batch.extents());
            return batch;
          });
    }
    long labels = training.labels(chosen.examples());
    OptimizerStep.Result result = step.run(batches, labels, learningRate);
    if (!result.applied()) {
      throw new NumericFaultException(
          "step "
              + (index + 1)
              + ": expected a finite loss and gradient, found loss "
              + result.loss()
              + " and gradient norm "
              + result.gradientNorm()
              + " (examples "
              + chosen.examples()
              + " of the training data, counted from 0)");
    }
    double took = (System.nanoTime() - start) / 1e9;
    seconds += took;
    if (torch.peakBytes() > peakBytes) {
      peakBytes = torch.peakBytes();
      peakExtents = extents.stream().max(Comparator.comparingLong(Extents::tokens)).orElseThrow();
      peakParts = parts;
    }
    return new TrainingListener.Step(
        index + 1,
        epochs,
        result.loss(),
        learningRate,
        result.gradientNorm(),
        chosen.tokens(),
        took,
        torch.peakBytes());
  }

  /** Splits a step's examples; those of equal length lie together, which attention likes. */
  private List<List<Integer>> microBatches(List<Integer> examples) {
    List<Integer> sorted = new ArrayList<>(examples);
    sorted.sort(Comparator.comparingInt(index -> lengths[index]));
    int[] chosen = sorted.stream().mapToInt(index -> lengths[index]).toArray();
    return new BatchSampler(chosen, options.microBatch(), 1, 0)
        .inOrder().stream()
            .map(batch -> batch.examples().stream().map(sorted::get).toList())
            .toList();
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
                        options.store(),
                        options.states(),
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
