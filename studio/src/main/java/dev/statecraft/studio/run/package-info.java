/**
 * What a training run leaves behind.
 *
 * <p>A tour. {@link dev.statecraft.studio.run.RunDirectory} is its folder; {@link
 * dev.statecraft.studio.run.RunRecorder} listens to the engine, appends {@link
 * dev.statecraft.training.StepMetrics} to the {@link dev.statecraft.studio.run.MetricsLog} and ends
 * in a {@link dev.statecraft.studio.run.RunResult} with its {@link
 * dev.statecraft.studio.run.Summary}. {@link dev.statecraft.studio.run.RunView} is a run at one
 * moment, with the {@link dev.statecraft.training.Exhibit}s of its report.
 */
package dev.statecraft.studio.run;
