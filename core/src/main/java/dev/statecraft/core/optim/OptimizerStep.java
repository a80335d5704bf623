package dev.statecraft.core.optim;

import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Profile;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One optimizer step of one task over one or more micro-batches: a {@link JointStep} whose parts
 * are all of one plan. Losses are normalised by the labels of the whole step, so the gradient is
 * that of the one big batch however it is split.
 *
 * <p>Dropout masks are a function of run seed, step and the micro-batch's index: with dropout, a
 * step that is split in another way draws other masks of the same distribution. Without dropout the
 * split changes nothing but the rounding of sums.
 *
 * @param plan a training plan
 * @param loss name of its loss
 * @param weights what is trained
 * @param optimizer how
 * @param maxNorm gradients are scaled down to this global norm; infinite for no clipping
 * @param seed of the run
 * @param profile measures the passes, if there is one
 */
public record OptimizerStep(
    StatePlan plan,
    String loss,
    Weights weights,
    AdamW optimizer,
    double maxNorm,
    long seed,
    Optional<Profile> profile) {
  /** Steps that are not measured. */
  public OptimizerStep(
      StatePlan plan, String loss, Weights weights, AdamW optimizer, double maxNorm, long seed) {
    this(plan, loss, weights, optimizer, maxNorm, seed, Optional.empty());
  }

  /**
   * What a step saw.
   *
   * @param loss mean loss over the step's labels, and the penalty
   * @param penalty what the rules of the graph add to the loss
   * @param gradientNorm global norm before clipping
   * @param applied whether the parameters were changed; false if loss or gradients are not finite
   */
  public record Result(double loss, double penalty, double gradientNorm, boolean applied) {}

  /**
   * Loss of a step whose gradients are there.
   *
   * @param loss with the penalty
   * @param penalty what the rules of the graph add
   */
  public record Accumulated(double loss, double penalty) {}

  /**
   * Adds up the gradients of the micro-batches and, if they are finite, changes the parameters.
   *
   * @param microBatches each is made just before its pass and closed after it
   * @param labels labels (tokens, or examples) of the whole step; at least 1
   * @throws OutOfMemoryException if there is not enough memory; nothing is left behind and no
   *     parameter or moment has changed, so the step may be taken again in smaller micro-batches
   */
  public Result run(List<Supplier<Batch>> microBatches, long labels, double learningRate) {
    JointStep.Result result = joint().run(parts(microBatches, labels), learningRate);
    return new Result(
        result.accumulated().total(),
        result.accumulated().penalty(),
        result.gradientNorm(),
        result.applied());
  }

  /**
   * Leaves the step's gradients in the weights, those of the penalties of the graph's {@linkplain
   * StepRules rules} added once, however it is split; changes no parameter.
   */
  public Accumulated accumulate(List<Supplier<Batch>> microBatches, long labels, long step) {
    JointStep.Accumulated result = joint().accumulate(parts(microBatches, labels), step);
    return new Accumulated(result.total(), result.penalty());
  }

  private JointStep joint() {
    return new JointStep(weights, optimizer, maxNorm, seed, profile);
  }

  private List<JointStep.Part> parts(List<Supplier<Batch>> microBatches, long labels) {
    if (labels < 1) {
      throw new IllegalArgumentException("labels of a step: expected 1 or more, found " + labels);
    }
    return microBatches.stream()
        .map(batch -> new JointStep.Part(plan, loss, 1.0 / labels, batch))
        .toList();
  }
}
