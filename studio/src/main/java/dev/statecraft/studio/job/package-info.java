/**
 * Training runs as a program starts them.
 *
 * <p>A tour. {@link dev.statecraft.studio.job.TrainingJob} is a run that has begun: it holds the
 * run directory, and what it leaves there is what {@code statecraft train} leaves. {@link
 * dev.statecraft.studio.job.JobOptions} say who else sees it.
 */
package dev.statecraft.studio.job;
