package dev.statecraft.training;

import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;

/**
 * What the steps of several tasks have in common.
 *
 * @param schedule of the learning rate; its total is the number of optimizer steps
 * @param optimizer constants of AdamW
 * @param maxGradNorm gradients are scaled down to this norm; infinite for never
 * @param seed of the order of examples and of dropout
 * @param headFactor by which the learning rate of the tasks' heads is multiplied
 */
public record JointOptions(
    Schedule schedule, AdamW.Options optimizer, double maxGradNorm, long seed, double headFactor) {}
