package dev.statecraft.training;

/**
 * How many steps a run has, and what is done between them.
 *
 * @param totalSteps optimizer steps of the whole run
 * @param evalEvery steps between evaluations
 * @param checkpointing when the run saves itself, and when it ends early
 */
record Pace(long totalSteps, long evalEvery, Checkpointing checkpointing) {}
