/**
 * What other tools follow a run with.
 *
 * <p>A tour. A tracker is a {@link dev.statecraft.training.RunHandler}: {@link
 * dev.statecraft.studio.track.TensorBoardLog} writes the event files that TensorBoard reads, {@link
 * dev.statecraft.studio.track.MlflowTracker} sends the same {@linkplain
 * dev.statecraft.studio.track.Scalars scalars} to an MLflow server. {@link
 * dev.statecraft.studio.track.Trackers} are those of one run.
 */
package dev.statecraft.studio.track;
