/**
 * What a training run leaves behind.
 *
 * <p>A tour. {@link dev.statecraft.cli.run.RunDirectory} is its folder; {@link
 * dev.statecraft.cli.run.RunRecorder} listens to the engine, appends {@link
 * dev.statecraft.cli.run.StepMetrics} to the {@link dev.statecraft.cli.run.MetricsLog} and ends in
 * a {@link dev.statecraft.cli.run.RunResult} with its {@link dev.statecraft.cli.run.Summary}.
 * {@link dev.statecraft.cli.run.RunView} is a run at one moment, with the {@link
 * dev.statecraft.cli.run.Exhibit}s of its report.
 */
package dev.statecraft.cli.run;
