/**
 * Tasks: what a model is taught and how it is scored.
 *
 * <p>A tour. A {@link dev.statecraft.training.task.Task} gives a model its head and objective and
 * makes an {@link dev.statecraft.training.task.ExampleSet} of what it is given, which lays chosen
 * examples out as a batch and knows how many labels they carry; a {@link
 * dev.statecraft.training.task.Score} turns what the model computes for them into metrics. There
 * are {@link dev.statecraft.training.task.CausalTask} (with {@link
 * dev.statecraft.training.task.CausalExamples}), {@link dev.statecraft.training.task.TextClassTask}
 * ({@link dev.statecraft.training.task.ClassExamples}), {@link
 * dev.statecraft.training.task.TextNumberTask} ({@link
 * dev.statecraft.training.task.NumberExamples}) and {@link
 * dev.statecraft.training.task.ImageClassTask} ({@link
 * dev.statecraft.training.task.ImageExamples}).
 */
package dev.statecraft.training.task;
