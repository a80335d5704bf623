package dev.statecraft.training;

import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.data.BatchLimit;

/**
 * How a run goes.
 *
 * @param schedule of the learning rate; its total is the number of optimizer steps
 * @param optimizer constants of AdamW
 * @param batchSize examples of an optimizer step
 * @param microBatch what is computed at once
 * @param maxGradNorm gradients are scaled down to this norm; infinite for never
 * @param seed of the order of examples and of dropout
 * @param evalEvery optimizer steps between evaluations
 * @param store which states each layer stores for the backward
 * @param states in which form they wait for it
 * @param checkpointing when the run saves itself, and when it ends early
 * @param headFactor by which the learning rate of the task's head is multiplied
 */
public record TrainingOptions(
    Schedule schedule,
    AdamW.Options optimizer,
    int batchSize,
    BatchLimit microBatch,
    double maxGradNorm,
    long seed,
    long evalEvery,
    LayerPolicies store,
    StateFormat states,
    Checkpointing checkpointing,
    double headFactor) {
  /** One learning rate for all that is trained. */
  public TrainingOptions(
      Schedule schedule,
      AdamW.Options optimizer,
      int batchSize,
      BatchLimit microBatch,
      double maxGradNorm,
      long seed,
      long evalEvery,
      LayerPolicies store,
      StateFormat states,
      Checkpointing checkpointing) {
    this(
        schedule,
        optimizer,
        batchSize,
        microBatch,
        maxGradNorm,
        seed,
        evalEvery,
        store,
        states,
        checkpointing,
        1);
  }

  /** How many steps there are, and what is done between them. */
  Pace pace() {
    return new Pace(schedule.totalSteps(), evalEvery, checkpointing);
  }
}
