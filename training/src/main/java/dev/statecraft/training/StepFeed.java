package dev.statecraft.training;

import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.training.task.ExampleSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The data of a run's steps in order, made ahead on another thread. That thread is told when
 * micro-batches have to be smaller, so that what it makes from then on fits as it is.
 */
final class StepFeed implements AutoCloseable {
  /** Steps whose data may wait, besides the one that is being made. */
  private static final int STEPS_AHEAD = 2;

  private final ExampleSet examples;
  private final AtomicInteger halvings;
  private final Ahead<StepData> ahead;

  /**
   * Starts making steps.
   *
   * @param from how far the run is
   * @param end number of the step behind the last, from 0
   */
  StepFeed(ExampleSet examples, TrainingOptions options, Progress from, long end) {
    this(examples, options.batchSize(), options.microBatch(), options.seed(), from, end);
  }

  /**
   * Starts making steps.
   *
   * @param batchSize examples of each step
   * @param microBatch what is computed at once
   * @param seed of the order of examples
   * @param from how far the run is
   * @param end number of the step behind the last, from 0
   */
  StepFeed(
      ExampleSet examples,
      int batchSize,
      BatchLimit microBatch,
      long seed,
      Progress from,
      long end) {
    this.examples = examples;
    halvings = new AtomicInteger(from.halvings());
    BatchSampler sampler =
        new BatchSampler(examples.lengths(), BatchLimit.examples(batchSize), 1, seed);
    ahead =
        new Ahead<>(
            "statecraft-batches",
            StepData.of(examples, sampler, microBatch, from.step(), end, halvings::get),
            STEPS_AHEAD);
  }

  /** Examples that steps are made of. */
  int size() {
    return examples.size();
  }

  /**
   * The next step's data; waits for it.
   *
   * @throws CancellationException if the waiting thread is interrupted
   */
  StepData next() {
    StepData made = ahead.next();
    while (made.halvings() < halvings.get()) {
      made = made.halved(examples); // Made before that was known.
    }
    return made;
  }

  /** The same step in half as large micro-batches, as are all after it. */
  StepData halve(StepData step) {
    halvings.incrementAndGet();
    return step.halved(examples);
  }

  /** How often micro-batches were halved. */
  int halvings() {
    return halvings.get();
  }

  @Override
  public void close() {
    ahead.close();
  }
}
