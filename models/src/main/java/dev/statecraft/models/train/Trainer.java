package dev.statecraft.models.train;

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
import dev.statecraft.tensor.OutOfMemoryException;
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
  private Optional<MemoryUse> peak = Optional.empty();
  private List<List<Integer>> peakParts = List.of();
  private double seconds;

  /** How often micro-batches were halved because memory was out. */
  private int halvings;

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
    plan = StatePlan.training(graph, ModelFamily.LOSS, Set.of(), options.store(), options.states());
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
   * <p>A step for which there is not enough memory is taken again with half as large micro-batches,
   * as are those after it.
   *
   * @throws OutOfMemoryException if there is not enough for a single example; the parameters are
   *     those before the step
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
        listener.step(take(step, data.next(), i, epochs, listener));
        if ((i + 1) % options.evalEvery() == 0 || i + 1 == total) {
          evaluate(i + 1, epochs, listener);
        }
      }
    }
  }

  private TrainingListener.Step take(
      OptimizerStep step, StepData made, long index, double epochs, TrainingListener listener) {
    Torch torch = weights.torch();
    long start = System.nanoTime();
    double learningRate = options.schedule().at(index);
    StepData data = made;
    for (int i = 0; i < halvings; i++) {
      data = data.halved(training);
    }
    OptimizerStep.Result result;
    while (true) {
      torch.resetPeak();
      try {
        result = step.run(uploads(data), data.labels(), learningRate);
        break;
      } catch (OutOfMemoryException e) {
        data = halved(data, index, listener, e);
      }
    }
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
    if (torch.peakBytes() > peak.map(MemoryUse::peakBytes).orElse(0L)) {
      peak = Optional.of(MemoryUse.atPeak(weights));
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

  private List<Supplier<Batch>> uploads(StepData data) {
    List<Supplier<Batch>> batches = new ArrayList<>();
    for (HostBatch host : data.batches()) {
      batches.add(() -> host.upload(weights.torch(), weights.computeType()));
    }
    return batches;
  }

  private StepData halved(
      StepData data, long step, TrainingListener listener, OutOfMemoryException e) {
    int largest = data.largestPart();
    if (largest == 1) {
      throw new OutOfMemoryException(
          "step " + (step + 1) + ": not even a micro-batch of one example fits: " + e.getMessage(),
          e);
    }
    halvings++;
    listener.note(
        "step "
            + (step + 1)
            + ": out of memory with micro-batches of up to "
            + largest
            + " examples; taken again, and all after it, with up to "
            + (largest + 1) / 2);
    return data.halved(training);
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
   * What the step that needed most should have taken, by running its micro-batches without memory;
   * empty before the first step.
   */
  public Optional<StepMemory> predicted() {
    return peakParts.stream()
        .map(this::predicted)
        .max(Comparator.comparingLong(memory -> memory.peak().peakBytes()));
  }

  private StepMemory predicted(List<Integer> part) {
    try (DryRun run =
        new DryRun(
            graph,
            weights.computeType(),
            weights.quantization(),
            options.states(),
            torch -> training.blank(torch, weights.computeType(), part))) {
      return run.timeline(options.store());
    }
  }

  /** What the memory of the step that needed most went to; empty before the first step. */
  public Optional<MemoryUse> memory() {
    return peak;
  }
}
