/**
 * What a training run leaves behind.
 *
 * <p>A tour. {@link dev.statecraft.cli.run.RunDirectory} is its folder; {@link
 * dev.statecraft.cli.run.RunRecorder} listens to the engine, appends {@link
 * dev.statecraft.cli.run.StepMetrics} to the {@link dev.statecraft.cli.run.MetricsLog} and ends in
 * a {@link dev.statecraft.cli.run.RunResult} with its {@link dev.statecraft.cli.run.Summary}.
 */
package dev.statecraft.cli.run;
