package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.OutOfMemoryException;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.Score;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
  private Progress progress = Progress.NONE;

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
    plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), options.store(), options.states());
    sampler =
        new BatchSampler(
            training.lengths(), BatchLimit.examples(options.batchSize()), 1, options.seed());
  }

  /** Optimizer steps of one pass over so many examples. */
  public static long stepsOfEpoch(int examples, int batchSize) {
    return (examples + (long) batchSize - 1) / batchSize;
  }

  /**
   * As {@link #run(TrainingListener, Optional, CheckpointSaver)}, from the beginning and without
   * checkpoints.
   */
  public void run(TrainingListener listener) {
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
  public void run(TrainingListener listener, Optional<Checkpoint> from, CheckpointSaver saver)
      throws IOException {
    long total = options.schedule().totalSteps();
    try (AdamW optimizer = new AdamW(weights, options.optimizer(), options.headFactor())) {
      if (from.isPresent()) {
        progress = from.get().restore(weights, optimizer);
      }
      try (Ahead<StepData> data =
          new Ahead<>(
              "statecraft-batches",
              StepData.of(training, sampler, options.microBatch(), progress.step(), total),
              STEPS_AHEAD)) {
        new Run(optimizer, data, listener, saver, total).run(from.isPresent());
      }
    }
  }

  /** One run, from its beginning or from a checkpoint. */
  private final class Run {
    private final AdamW optimizer;
    private final Ahead<StepData> data;
    private final TrainingListener listener;
    private final CheckpointSaver saver;
    private final long total;
    private final OptimizerStep step;
    private final LossWatch losses = new LossWatch();
    private final long perEpoch = stepsOfEpoch(examples, options.batchSize());

    /** The step at which the last checkpoint was made; -1 before the first. */
    private long saved = -1;

    /** Whether the thread was interrupted; the run ends before its next step. */
    private boolean interrupted;

    Run(
        AdamW optimizer,
        Ahead<StepData> data,
        TrainingListener listener,
        CheckpointSaver saver,
        long total) {
      this.optimizer = optimizer;
      this.data = data;
      this.listener = listener;
      this.saver = saver;
      this.total = total;
      step =
          new OptimizerStep(
              plan, TaskModel.LOSS, weights, optimizer, options.maxGradNorm(), options.seed());
    }

    void run(boolean resumed) throws IOException {
      if (resumed) {
        saved = progress.step();
      } else {
        evaluate();
      }
      while (progress.step() < total && !endsEarly()) {
        stopIfCancelled();
        takeStep();
        long done = progress.step();
        if (done % options.evalEvery() == 0 || done == total) {
          evaluate();
        }
        if (options.checkpointing().isDue(done) && done < total) {
          save();
        }
      }
    }

    private boolean endsEarly() {
      if (!options.checkpointing().endsAfter(progress)) {
        return false;
      }
      listener.note(
          "ends early after step "
              + progress.step()
              + ": no better "
              + options.checkpointing().criterion().orElseThrow().metric()
              + " in the last "
              + options.checkpointing().earlyStopping().orElseThrow().patience()
              + " evaluations");
      return true;
    }

    /** Takes the thread's interrupt to itself: a thread that still had it could write no file. */
    private boolean isInterrupted() {
      interrupted |= Thread.interrupted();
      return interrupted;
    }

    private void stopIfCancelled() throws IOException {
      if (isInterrupted() || cancelled.getAsBoolean()) {
        save();
        throw new CancellationException("cancelled after step " + progress.step());
      }
    }

    private void takeStep() throws IOException {
      StepData made;
      try {
        made = data.next();
      } catch (CancellationException e) {
        stopIfCancelled(); // Interrupted while it waited.
        throw e;
      }
      long index = progress.step();
      TrainingListener.Step taken;
      try {
        taken = take(step, made, index, (index + 1) / (double) perEpoch, listener);
      } catch (OutOfMemoryException e) {
        save();
        throw e;
      }
      interrupted |= Thread.interrupted();
      losses
          .spike(taken.loss())
          .ifPresent(median -> listener.note(spike(taken, median, made.chosen().examples())));
      listener.step(taken);
    }

    private String spike(TrainingListener.Step taken, double median, List<Integer> chosen) {
      return String.format(
          Locale.ROOT,
          "step %d: loss %.4g stands out of the last steps, whose median is %.4g (%s)",
          taken.step(),
          taken.loss(),
          median,
          named(chosen));
    }

    private void evaluate() throws IOException {
      if (validation.isEmpty()) {
        return;
      }
      double epochs = progress.step() / (double) perEpoch;
      Score score = new Evaluator(graph, weights, options.microBatch()).score(validation.get());
      Evaluated evaluation = new Evaluated(progress.step(), epochs, score.metrics());
      progress = progress.with(evaluation);
      interrupted |= Thread.interrupted();
      listener.scored(score);
      listener.evaluated(evaluation.step(), evaluation.epoch(), evaluation.metrics());
      if (options.checkpointing().isBest(evaluation, progress)) {
        save();
      }
    }

    private void save() throws IOException {
      if (saved != progress.step()) {
        saver.save(progress, weights, optimizer);
        saved = progress.step();
      }
    }
  }

  private static String named(List<Integer> examples) {
    return "examples " + examples + " of the training data, counted from 0";
  }

  private TrainingListener.Step take(
      OptimizerStep step, StepData made, long index, double epochs, TrainingListener listener) {
    Torch torch = weights.torch();
    long start = System.nanoTime();
    double learningRate = options.schedule().at(index);
    StepData data = made;
    for (int i = 0; i < progress.halvings(); i++) {
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
              + " ("
              + named(data.chosen().examples())
              + ")");
    }
    double took = (System.nanoTime() - start) / 1e9;
    progress = progress.afterStep(took);
    if (torch.peakBytes() > progress.peak().map(MemoryUse::peakBytes).orElse(0L)) {
      progress = progress.withPeak(MemoryUse.atPeak(weights), data.parts());
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
    progress = progress.withHalving();
    listener.note(
        "step "
            + (step + 1)
            + ": out of memory with micro-batches of up to "
            + largest
            + " examples; taken again, and all after it, with up to "
            + (largest + 1) / 2);
    return data.halved(training);
  }

  /** Seconds spent in steps so far, without evaluations. */
  public double seconds() {
    return progress.seconds();
  }

  /** How far the run is. */
  public Progress progress() {
    return progress;
  }

  /**
   * What the step that needed most should have taken, by running its micro-batches without memory;
   * empty before the first step.
   */
  public Optional<StepMemory> predicted() {
    return progress.peakParts().stream()
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
    return progress.peak();
  }
}
