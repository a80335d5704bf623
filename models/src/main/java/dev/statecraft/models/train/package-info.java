/**
 * Training runs: {@link dev.statecraft.models.train.Trainer} takes optimizer steps over an example
 * set and evaluates in between, telling a {@link dev.statecraft.models.train.TrainingListener};
 * {@code StepData}, made {@code Ahead} on another thread, is what a step is taken on; {@link
 * dev.statecraft.models.train.Evaluator} scores a model on an example set; {@link
 * dev.statecraft.models.train.DryRun} predicts what a step's memory goes to, {@link
 * dev.statecraft.models.train.StorePlanner} and {@link
 * dev.statecraft.models.train.MicroBatchPlanner} choose by it what fits a budget. {@link
 * dev.statecraft.models.train.Checkpoints} keeps a run's {@link
 * dev.statecraft.models.train.Checkpoint}s: its {@link dev.statecraft.models.train.Progress},
 * parameters and moments, from which it goes on exactly; {@link
 * dev.statecraft.models.train.Checkpointing} says when one is made and when a run ends early.
 */
package dev.statecraft.models.train;
