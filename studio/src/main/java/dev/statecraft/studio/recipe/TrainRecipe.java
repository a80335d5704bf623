package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a run goes.
 *
 * @param settings of {@link #KEYS}
 */
public record TrainRecipe(Settings settings) {
  /** The types that training can compute in. */
  static final List<DType> DTYPES = List.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT64);

  /** The keys of {@code train}. */
  public static final TrainKeys KEYS = new TrainKeys();

  /** Passes over the training data, at most. */
  public int epochs() {
    return settings.get(KEYS.epochs);
  }

  /** Optimizer steps, at most. */
  public Optional<Integer> maxSteps() {
    return settings.get(KEYS.maxSteps);
  }

  /** Examples of an optimizer step. */
  public int batchSize() {
    return settings.get(KEYS.batchSize);
  }

  /** What is computed at once; empty for the largest that fits the memory budget. */
  public Optional<BatchLimit> microBatch() {
    return settings.get(KEYS.microBatch);
  }

  /** The highest learning rate. */
  public double learningRate() {
    return settings.get(KEYS.learningRate);
  }

  /** The highest of the task's head; empty for tasks without one. */
  public Optional<Double> headLearningRate() {
    return settings.find(KEYS.headLearningRate);
  }

  /** Constants of AdamW. */
  public AdamW.Options optimizer() {
    List<Double> betas = settings.get(KEYS.betas);
    return new AdamW.Options(
        betas.get(0), betas.get(1), settings.get(KEYS.epsilon), settings.get(KEYS.weightDecay));
  }

  /** Of the learning rate after the warmup. */
  public Schedule.Shape schedule() {
    return settings.get(KEYS.schedule);
  }

  /** Steps until the learning rate is at its highest. */
  public Warmup warmup() {
    return settings
        .get(KEYS.warmupSteps)
        .<Warmup>map(WarmupSteps::new)
        .orElseGet(() -> new WarmupRatio(settings.get(KEYS.warmupRatio).orElseThrow()));
  }

  /** Gradients are scaled down to this norm; infinite for never. */
  public double maxGradNorm() {
    return settings.get(KEYS.maxGradNorm);
  }

  /** Of everything random. */
  public long seed() {
    return settings.get(KEYS.seed);
  }

  /** Whether training drops what the model's configuration says. */
  public ModelDropoutUse modelDropout() {
    return settings.get(KEYS.modelDropout);
  }

  /** Optimizer steps between evaluations; empty for once an epoch. */
  public Optional<Integer> evalEvery() {
    return settings.get(KEYS.evalEvery);
  }

  /** Of the frozen weights and the states. */
  public DType dtype() {
    return settings.get(KEYS.dtype);
  }

  /** Where everything is computed. */
  public Device device() {
    return settings.get(KEYS.device);
  }

  /** That the CPU computes with; empty for as many as it has for the process. */
  public OptionalInt threads() {
    return settings.get(KEYS.threads).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  /** Which states are stored for the backward pass; empty where the memory budget decides. */
  public Optional<StorePolicy> store() {
    return settings.get(KEYS.store);
  }

  /** What the run keeps while it goes on, and what it leaves. */
  public CheckpointRecipe checkpoints() {
    Settings checkpoint = settings.get(KEYS.checkpoint);
    return new CheckpointRecipe(
        checkpoint.get(CheckpointKeys.KEYS.every),
        checkpoint.get(CheckpointKeys.KEYS.keep),
        settings.get(KEYS.earlyStopping),
        settings.get(KEYS.select));
  }

  /** The same with another number of threads. */
  TrainRecipe withThreads(int number) {
    return new TrainRecipe(settings.with(KEYS.threads, Optional.of(number)));
  }

  /** The same with another learning rate, but of the head. */
  TrainRecipe withLearningRate(double rate) {
    return new TrainRecipe(settings.with(KEYS.learningRate, rate));
  }

  /** What an evaluation computes at once. */
  public BatchLimit evaluationBatch() {
    return microBatch().orElseGet(() -> BatchLimit.examples(batchSize()));
  }

  /** How long the learning rate rises. */
  public sealed interface Warmup {
    /** Optimizer steps of the warmup in a run of {@code totalSteps}. */
    long steps(long totalSteps);
  }

  /** A number of optimizer steps. */
  public record WarmupSteps(int count) implements Warmup {
    @Override
    public long steps(long totalSteps) {
      return count;
    }
  }

  /** A part of the run. */
  public record WarmupRatio(double ratio) implements Warmup {
    @Override
    public long steps(long totalSteps) {
      return (long) Math.ceil(ratio * totalSteps);
    }
  }

  /**
   * The learning rate over a run.
   *
   * @throws UsageException if the warmup is longer than the run
   */
  public Schedule schedule(long totalSteps) {
    return new Schedule(schedule(), learningRate(), warmup().steps(totalSteps), totalSteps);
  }

  /** The head's learning rate as a multiple of the others', over the whole run. */
  public double headFactor() {
    return headLearningRate().map(rate -> rate / learningRate()).orElse(1.0);
  }

  /** Optimizer steps of a run in which an epoch has this many. */
  public long totalSteps(long stepsOfEpoch) {
    long all = Math.multiplyExact(stepsOfEpoch, (long) epochs());
    return maxSteps().map(most -> Math.min(most, all)).orElse(all);
  }
}
