/**
 * What other tools follow a run with.
 *
 * <p>A tour. A tracker is a {@link dev.statecraft.cli.run.TrainListener}: {@link
 * dev.statecraft.cli.track.TensorBoardLog} writes the event files that TensorBoard reads, {@link
 * dev.statecraft.cli.track.MlflowTracker} sends the same {@linkplain
 * dev.statecraft.cli.track.Scalars scalars} to an MLflow server. {@link
 * dev.statecraft.cli.track.Trackers} are those of one run.
 */
package dev.statecraft.cli.track;
