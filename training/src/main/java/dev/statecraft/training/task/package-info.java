/**
 * Tasks: what a model is taught and how it is scored.
 *
 * <p>A tour. An {@link dev.statecraft.training.task.ExampleSet} lays chosen examples out as a batch
 * and knows how many labels they carry; a {@link dev.statecraft.training.task.Score} turns what the
 * model computes for them into metrics. There is a pair for language modelling ({@link
 * dev.statecraft.training.task.CausalExamples}), for classes ({@link
 * dev.statecraft.training.task.ClassExamples}), for numbers ({@link
 * dev.statecraft.training.task.NumberExamples}) and for images ({@link
 * dev.statecraft.training.task.ImageExamples}).
 */
package dev.statecraft.training.task;
