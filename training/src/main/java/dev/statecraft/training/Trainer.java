package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.JointStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.Score;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Tunes a model on examples. The data of the next steps is made on another thread while a step
 * runs; what is computed does not depend on it.
 */
public final class Trainer {
  private final Weights weights;
  private final Graph graph;
  private final ExampleSet training;
  private final Optional<ExampleSet> validation;
  private final TrainingOptions options;
  private final StatePlan plan;
  private final BooleanSupplier cancelled;
  private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);

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
    options.microBatch().check(training.lengths());
    plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), options.store(), options.states());
  }

  /** Optimizer steps of one pass over so many examples. */
  public static long stepsOfEpoch(int examples, int batchSize) {
    return (examples + (long) batchSize - 1) / batchSize;
  }

  /**
   * As {@link #run(RunListener, Optional, CheckpointSaver)}, from the beginning and without
   * checkpoints.
   */
  public void run(RunListener listener) {
    try {
      run(listener, Optional.empty(), (done, values, optimizer) -> {});
    } catch (IOException e) {
      throw new UncheckedIOException("no checkpoint is read or written", e);
    }
  }

  /**
   * Takes all steps of the schedule, or those that are left behind a checkpoint, with an evaluation
   * before the first, after every {@code evalEvery} and after the last. What is computed after a
   * checkpoint is to the bit what the run that wrote it would have computed.
   *
   * <p>A step for which there is not enough memory is taken again with half as large micro-batches,
   * as are those after it.
   *
   * @param from where to go on
   * @param saver is called as {@link Checkpointing} says, and before this ends because it was
   *     cancelled or memory was out
   * @throws OutOfMemoryException if there is not enough for a single example; the parameters are
   *     those before the step
   * @throws NumericFaultException if a loss or gradient is not finite
   * @throws CancellationException if the run was cancelled, or the thread interrupted, which it
   *     then is no more; an interrupt that comes with the last step changes nothing
   * @throws IOException if the checkpoint cannot be read or one cannot be saved
   */
  public void run(RunListener listener, Optional<Checkpoint> from, CheckpointSaver saver)
      throws IOException {
    long total = options.schedule().totalSteps();
    try (AdamW optimizer = new AdamW(weights, options.optimizer(), options.headFactor())) {
      if (from.isPresent()) {
        progress.set(from.get().restore(weights, optimizer));
      }
      try (StepFeed feed = new StepFeed(training, options, progress.get(), total)) {
        JointStep step =
            new JointStep(
                weights, optimizer, options.maxGradNorm(), options.seed(), Optional.empty());
        StepRunner steps =
            new StepRunner(
                step,
                List.of(new StepTask("", plan, feed, 1)),
                options.schedule(),
                stepsOfEpoch(training.size(), options.batchSize()),
                listener);
        new TrainingLoop(
                steps,
                options.pace(),
                progress,
                validation.map(held -> () -> score(held)),
                () -> saver.save(progress.get(), weights, optimizer),
                cancelled)
            .run(from.isPresent());
      }
    }
  }

  private Score score(ExampleSet examples) {
    return new Evaluator(graph, weights, options.microBatch()).score(examples);
  }

  /** Seconds spent in steps so far, without evaluations. */
  public double seconds() {
    return progress.get().seconds();
  }

  /** How far the run is. */
  public Progress progress() {
    return progress.get();
  }

  /**
   * What the step that needed most should have taken, by running its micro-batches without memory;
   * empty before the first step.
   */
  public Optional<StepMemory> predicted() {
    return progress.get().peakParts().stream()
        .map(this::predicted)
        .max(Comparator.comparingLong(memory -> memory.peak().peakBytes()));
  }

  private StepMemory predicted(List<Integer> part) {
    try (DryRun run =
        new DryRun(
            graph,
            new ComputeOptions(
                weights.torch().device(),
                weights.computeType(),
                weights.quantization(),
                options.states()),
            torch -> training.blank(torch, weights.computeType(), part))) {
      return run.timeline(options.store());
    }
  }

  /** What the memory of the step that needed most went to; empty before the first step. */
  public Optional<MemoryUse> memory() {
    return progress.get().peak();
  }
}
