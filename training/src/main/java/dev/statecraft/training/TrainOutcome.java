package dev.statecraft.training;

import java.util.Optional;

/**
 * What the engine measured over a whole training run.
 *
 * @param seconds of training, without loading and evaluations
 * @param store which states were stored, in words
 * @param memory the fullest moment of any step
 * @param predicted what that step should have taken, from begin to end
 * @param threads that computed
 * @param modelDropout what was dropped of the model, in words
 */
public record TrainOutcome(
    double seconds,
    String store,
    MemoryUse memory,
    Optional<StepMemory> predicted,
    int threads,
    String modelDropout) {}
