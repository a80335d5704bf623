/**
 * The optimizer step: {@link dev.statecraft.core.optim.AdamW} over the flat vectors of trained
 * values and gradients, learning-rate {@link dev.statecraft.core.optim.Schedule}s, clipping to a
 * global norm, the graph's {@link dev.statecraft.core.optim.StepRules}, and {@link
 * dev.statecraft.core.optim.OptimizerStep}, which sums micro-batches into one step whose result
 * does not depend on how it was split. It is the {@link dev.statecraft.core.optim.JointStep} of one
 * plan; that of several tasks has micro-batches of each.
 */
package dev.statecraft.core.optim;
