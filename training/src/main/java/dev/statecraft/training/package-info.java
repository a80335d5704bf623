/**
 * Training runs: {@link dev.statecraft.training.Trainer} takes optimizer steps over an example set
 * and evaluates in between, telling a {@link dev.statecraft.training.RunListener} each {@link
 * dev.statecraft.training.RunEvent}; {@code StepData}, made by a {@code StepFeed} on another
 * thread, is what a step is taken on; {@link dev.statecraft.training.Evaluator} scores a model on
 * an example set; {@link dev.statecraft.training.DryRun} predicts what a step's memory goes to,
 * {@link dev.statecraft.training.StorePlanner} and {@link
 * dev.statecraft.training.MicroBatchPlanner} choose by it what fits a budget. {@link
 * dev.statecraft.training.Checkpoints} keeps a run's {@link dev.statecraft.training.Checkpoint}s:
 * its {@link dev.statecraft.training.Progress}, parameters and moments, from which it goes on
 * exactly; {@link dev.statecraft.training.Checkpointing} says when one is made and when a run ends
 * early. {@link dev.statecraft.training.JointTrainer} takes the same steps on {@link
 * dev.statecraft.training.JointTask}s of one model: the loop and its {@code StepRunner} know a run
 * as a list of {@code StepTask}s, of which a trainer's has one.
 */
package dev.statecraft.training;
