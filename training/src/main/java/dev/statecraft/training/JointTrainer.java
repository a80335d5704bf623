package dev.statecraft.training;

import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.JointStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Tunes one model on the examples of several tasks. Every optimizer step has a batch of each task,
 * of the task's own size, in micro-batches of a single task. The step's loss is
 *
 * <pre>{@code L = sum_t share_t (1 / n_t) sum of the losses of task t's n_t labels}</pre>
 *
 * <p>so a task counts by its share alone, however many labels its examples carry: with 1 / (labels
 * of the whole step), the hundreds of labels of a text would leave nothing of the one label of a
 * class. A task whose examples are through begins with them anew. With a single task of share 1 the
 * steps are those of a {@link Trainer}.
 */
public final class JointTrainer {
  private final List<JointTask> tasks;
  private final Weights weights;
  private final JointOptions options;
  private final BooleanSupplier cancelled;
  private final List<StatePlan> plans;
  private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);

  /**
   * Prepares a run.
   *
   * @param tasks one or more, with names of their own
   * @param weights of the graph of any of them; changed by the run
   * @param cancelled asked before every step; once it says so, the run ends with a {@link
   *     CancellationException} and the parameters of the last whole step
   */
  public JointTrainer(
      List<JointTask> tasks, Weights weights, JointOptions options, BooleanSupplier cancelled) {
    this.tasks = List.copyOf(tasks);
    this.weights = weights;
    this.options = options;
    this.cancelled = cancelled;
    plans =
        tasks.stream()
            .map(
                task ->
                    StatePlan.training(
                        task.graph(), TaskModel.LOSS, Set.of(), task.store(), task.states()))
            .toList();
  }

  /**
   * Takes all steps of the schedule. Those for which there is not enough memory are taken again
   * with half as large micro-batches of all tasks, as are those after them.
   *
   * @throws OutOfMemoryException if there is not enough for a single example; the parameters are
   *     those before the step
   * @throws NumericFaultException if a loss or gradient is not finite
   * @throws CancellationException if the run was cancelled, or the thread interrupted, which it
   *     then is no more
   */
  public void run(RunListener listener) {
    List<StepTask> parts = new ArrayList<>();
    try (AdamW optimizer = new AdamW(weights, options.optimizer(), options.headFactor())) {
      for (int i = 0; i < tasks.size(); i++) {
        JointTask task = tasks.get(i);
        parts.add(new StepTask(task.name(), plans.get(i), feed(task), task.share()));
      }
      JointStep step =
          new JointStep(
              weights, optimizer, options.maxGradNorm(), options.seed(), Optional.empty());
      StepRunner steps = new StepRunner(step, parts, options.schedule(), stepsOfEpoch(), listener);
      long total = options.schedule().totalSteps();
      new TrainingLoop(
              steps,
              new Pace(total, total, Checkpointing.NONE),
              progress,
              Optional.empty(),
              () -> {},
              cancelled)
          .run(false);
    } catch (IOException e) {
      throw new UncheckedIOException("no checkpoint is read or written", e);
    } finally {
      parts.forEach(part -> part.feed().close());
    }
  }

  private StepFeed feed(JointTask task) {
    return new StepFeed(
        task.examples(),
        task.batchSize(),
        task.microBatch(),
        options.seed(),
        Progress.NONE,
        options.schedule().totalSteps());
  }

  /** Steps until every example of every task was seen. */
  private long stepsOfEpoch() {
    return tasks.stream()
        .mapToLong(task -> Trainer.stepsOfEpoch(task.examples().size(), task.batchSize()))
        .max()
        .orElseThrow();
  }

  /** How far the run is; examples are numbered through the data of all tasks. */
  public Progress progress() {
    return progress.get();
  }

  /** What the memory of the step that needed most went to; empty before the first step. */
  public Optional<MemoryUse> memory() {
    return progress.get().peak();
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
    int first = 0;
    for (JointTask task : tasks) {
      int begin = first;
      first += task.examples().size();
      if (part.get(0) < first) {
        return predicted(task, part.stream().map(example -> example - begin).toList());
      }
    }
    throw new IllegalArgumentException("no task has the examples " + part);
  }

  private StepMemory predicted(JointTask task, List<Integer> part) {
    try (DryRun run =
        new DryRun(
            task.graph(),
            new ComputeOptions(
                weights.torch().device(),
                weights.computeType(),
                weights.quantization(),
                task.states()),
            torch -> task.examples().blank(torch, weights.computeType(), part))) {
      return run.timeline(task.store());
    }
  }
}
