package dev.statecraft.core.optim;

import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Profile;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One optimizer step over micro-batches, each of which may be of another task: the loss of the step
 * is {@code sum_i factor_i L_i}, with L_i the sum of a micro-batch's losses, and all gradients add
 * up in one flat vector.
 *
 * <p>Dropout masks are a function of run seed, step and the micro-batch's index.
 *
 * @param weights what is trained, of all plans
 * @param optimizer how
 * @param maxNorm gradients are scaled down to this global norm; infinite for no clipping
 * @param seed of the run
 * @param profile measures the passes, if there is one
 */
public record JointStep(
    Weights weights, AdamW optimizer, double maxNorm, long seed, Optional<Profile> profile) {
  /**
   * A micro-batch and what is computed on it.
   *
   * @param plan a training plan
   * @param loss name of its loss
   * @param factor of the loss of each label
   * @param batch is made just before the pass and closed after it
   */
  public record Part(StatePlan plan, String loss, double factor, Supplier<Batch> batch) {}

  /**
   * Losses of a step whose gradients are there.
   *
   * @param losses of the micro-batches, each with its factor
   * @param penalty what the rules of the graph add
   */
  public record Accumulated(List<Double> losses, double penalty) {
    public Accumulated {
      losses = List.copyOf(losses);
    }

    /** All losses and the penalty. */
    public double total() {
      double sum = 0;
      for (double loss : losses) {
        sum += loss;
      }
      return sum + penalty;
    }
  }

  /**
   * What a step saw.
   *
   * @param gradientNorm global norm before clipping
   * @param applied whether the parameters were changed; false if loss or gradients are not finite
   */
  public record Result(Accumulated accumulated, double gradientNorm, boolean applied) {}

  /**
   * Adds up the gradients of the micro-batches and, if they are finite, changes the parameters.
   *
   * @throws OutOfMemoryException if there is not enough memory; nothing is left behind and no
   *     parameter or moment has changed, so the step may be taken again in smaller micro-batches
   */
  public Result run(List<Part> parts, double learningRate) {
    try {
      return take(parts, learningRate);
    } catch (RuntimeException e) {
      throw OutOfMemoryException.recognised(e);
    }
  }

  private Result take(List<Part> parts, double learningRate) {
    Accumulated accumulated = accumulate(parts, optimizer.step());
    double norm = weights.flatGradients().norm();
    boolean finite = Double.isFinite(accumulated.total()) && Double.isFinite(norm);
    if (finite) {
      // torch.nn.utils.clip_grad_norm_, its 1e-6 included.
      double factor = maxNorm / (norm + 1e-6);
      if (factor < 1) {
        weights.flatGradients().mulInPlace(factor);
      }
      optimizer.step(learningRate);
      optimizer.rules().follow(optimizer.step() - 1);
    }
    return new Result(accumulated, norm, finite);
  }

  /**
   * Leaves the step's gradients in the weights, those of the penalties of the graph's {@linkplain
   * StepRules rules} added once, however it is split; changes no parameter.
   */
  public Accumulated accumulate(List<Part> parts, long step) {
    weights.flatGradients().zero();
    List<Double> losses = new ArrayList<>();
    for (Part part : parts) {
      PassOptions options =
          new PassOptions(part.factor(), Generator.mix(seed, step, losses.size()), true, profile);
      try (Batch batch = part.batch().get();
          Pass pass = Pass.run(part.plan(), weights, batch, options)) {
        losses.add(pass.value(part.loss()).item());
      }
    }
    return new Accumulated(losses, optimizer.rules().penalize());
  }
}
