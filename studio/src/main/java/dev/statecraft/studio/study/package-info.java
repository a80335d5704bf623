/**
 * Studies: one recipe run with every combination of some settings, and with several seeds.
 *
 * <p>A tour. {@link dev.statecraft.studio.study.Study} makes the {@link
 * dev.statecraft.studio.study.StudyPoint points} of a grid, runs those that are not finished, each
 * into a run directory of its own, and keeps going when one fails. {@link
 * dev.statecraft.studio.study.PointResult} is what became of a point; {@link
 * dev.statecraft.studio.study.StudyResults} holds them by setting, with mean and spread over the
 * seeds, as {@code study.json} and {@code study.csv} show them.
 */
package dev.statecraft.studio.study;
