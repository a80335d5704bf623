/**
 * Tasks: what a model is taught and how it is scored.
 *
 * <p>A tour. An {@link dev.statecraft.models.task.ExampleSet} lays chosen examples out as a batch
 * and knows how many labels they carry; a {@link dev.statecraft.models.task.Score} turns what the
 * model computes for them into metrics. There is a pair for language modelling ({@link
 * dev.statecraft.models.task.CausalExamples}), for classes ({@link
 * dev.statecraft.models.task.ClassExamples}), for numbers ({@link
 * dev.statecraft.models.task.NumberExamples}) and for images ({@link
 * dev.statecraft.models.task.ImageExamples}).
 */
package dev.statecraft.models.task;
