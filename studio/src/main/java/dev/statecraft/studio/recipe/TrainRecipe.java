package dev.statecraft.studio.recipe;

import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.thread.ThreadCount;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a run goes. Constructors throw {@link IllegalArgumentException} naming the key.
 *
 * @param epochs passes over the training data, at most
 * @param maxSteps optimizer steps, at most
 * @param batchSize examples of an optimizer step
 * @param microBatch what is computed at once; empty for the largest that fits the memory budget
 * @param learningRate the highest
 * @param headLearningRate the highest of the task's head; empty for tasks without one
 * @param optimizer constants of AdamW
 * @param schedule of the learning rate after the warmup
 * @param warmup steps until the learning rate is at its highest
 * @param maxGradNorm gradients are scaled down to this norm; infinite for never
 * @param seed of everything random
 * @param modelDropout whether training drops what the model's configuration says
 * @param evalEvery optimizer steps between evaluations; empty for once an epoch
 * @param dtype of the frozen weights and the states
 * @param device where everything is computed
 * @param threads that the CPU computes with; empty for as many as it has for the process
 * @param store which states are stored for the backward pass; empty where the memory budget decides
 * @param checkpoints what the run keeps while it goes on, and what it leaves
 */
public record TrainRecipe(
    int epochs,
    Optional<Integer> maxSteps,
    int batchSize,
    Optional<BatchLimit> microBatch,
    double learningRate,
    Optional<Double> headLearningRate,
    AdamW.Options optimizer,
    Schedule.Shape schedule,
    Warmup warmup,
    double maxGradNorm,
    long seed,
    ModelDropoutUse modelDropout,
    Optional<Integer> evalEvery,
    DType dtype,
    Device device,
    OptionalInt threads,
    Optional<StorePolicy> store,
    CheckpointRecipe checkpoints) {
  /** The types that training can compute in. */
  static final List<DType> DTYPES = List.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT64);

  public TrainRecipe {
    atLeastOne("epochs", epochs);
    maxSteps.ifPresent(steps -> atLeastOne("max_steps", steps));
    atLeastOne("batch_size", batchSize);
    evalEvery.ifPresent(steps -> atLeastOne("eval_every", steps));
    if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException(
          "learning_rate: expected a number above 0, found " + learningRate);
    }
    headLearningRate.ifPresent(
        rate -> {
          if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException(
                "head_learning_rate: expected a number above 0, found " + rate);
          }
        });
    if (!(maxGradNorm > 0)) {
      throw new IllegalArgumentException(
          "max_grad_norm: expected a number above 0, or none, found " + maxGradNorm);
    }
    threads.ifPresent(ThreadCount::checked);
    if (!DTYPES.contains(dtype)) {
      throw new IllegalArgumentException(
          "dtype: expected one of " + DTYPES + ", found '" + dtype + "'");
    }
  }

  /** The same with another number of threads. */
  TrainRecipe withThreads(int number) {
    return new TrainRecipe(
        epochs,
        maxSteps,
        batchSize,
        microBatch,
        learningRate,
        headLearningRate,
        optimizer,
        schedule,
        warmup,
        maxGradNorm,
        seed,
        modelDropout,
        evalEvery,
        dtype,
        device,
        OptionalInt.of(number),
        store,
        checkpoints);
  }

  /** What an evaluation computes at once. */
  public BatchLimit evaluationBatch() {
    return microBatch.orElseGet(() -> BatchLimit.examples(batchSize));
  }

  /** How long the learning rate rises. */
  public sealed interface Warmup {
    /** Optimizer steps of the warmup in a run of {@code totalSteps}. */
    long steps(long totalSteps);
  }

  /** A number of optimizer steps. */
  public record WarmupSteps(int count) implements Warmup {
    public WarmupSteps {
      if (count < 0) {
        throw new IllegalArgumentException("warmup_steps: expected 0 or more, found " + count);
      }
    }

    @Override
    public long steps(long totalSteps) {
      return count;
    }
  }

  /** A part of the run. */
  public record WarmupRatio(double ratio) implements Warmup {
    public WarmupRatio {
      if (!(ratio >= 0 && ratio < 1)) {
        throw new IllegalArgumentException(
            "warmup_ratio: expected from 0 up to but not 1, found " + ratio);
      }
    }

    @Override
    public long steps(long totalSteps) {
      return (long) Math.ceil(ratio * totalSteps);
    }
  }

  /**
   * The learning rate over a run.
   *
   * @throws IllegalArgumentException if the warmup is longer than the run
   */
  public Schedule schedule(long totalSteps) {
    return new Schedule(schedule, learningRate, warmup.steps(totalSteps), totalSteps);
  }

  /** The head's learning rate as a multiple of the others', over the whole run. */
  public double headFactor() {
    return headLearningRate.map(rate -> rate / learningRate).orElse(1.0);
  }

  /** Optimizer steps of a run in which an epoch has this many. */
  public long totalSteps(long stepsOfEpoch) {
    long all = Math.multiplyExact(stepsOfEpoch, (long) epochs);
    return maxSteps.isPresent() ? Math.min(maxSteps.get(), all) : all;
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + ": expected 1 or more, found " + value);
    }
  }
}
