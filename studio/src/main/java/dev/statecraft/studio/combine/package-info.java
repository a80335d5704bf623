/**
 * Runs that become one: what is asked for and what came of it.
 *
 * <p>A tour. A {@link dev.statecraft.studio.combine.CombineRequest} names {@link
 * dev.statecraft.studio.combine.NamedRun}s and has the {@link
 * dev.statecraft.studio.combine.CombineSettings} of a method. {@link
 * dev.statecraft.studio.combine.BaseHashes} says whether runs are of one base. The engine combines
 * their adapters (by {@code adapters.combine}), scores every task, and answers with a {@link
 * dev.statecraft.studio.combine.CombineOutcome}, whose table has a {@link
 * dev.statecraft.studio.combine.TaskScores} a task.
 */
package dev.statecraft.studio.combine;
