/**
 * Between the commands and the layers below: {@link dev.statecraft.studio.engine.Engine} is what
 * commands ask for, in the values that stand beside it. {@code TrainingRun} trains by one recipe,
 * {@code MixtureTraining} goes on with the edges of several runs together.
 */
package dev.statecraft.studio.engine;
