/**
 * Training runs: {@link dev.statecraft.models.train.Trainer} takes optimizer steps over an example
 * set and evaluates in between, telling a {@link dev.statecraft.models.train.TrainingListener};
 * {@code StepData}, made {@code Ahead} on another thread, is what a step is taken on; {@link
 * dev.statecraft.models.train.Evaluator} scores a model on an example set; {@link
 * dev.statecraft.models.train.DryRun} predicts what a step's memory goes to, {@link
 * dev.statecraft.models.train.StorePlanner} and {@link
 * dev.statecraft.models.train.MicroBatchPlanner} choose by it what fits a budget.
 */
package dev.statecraft.models.train;
