package dev.statecraft.training;

/**
 * What an optimizer step was like.
 *
 * @param step counted from 1
 * @param epoch passes over the data so far, with fractions
 * @param loss mean over the step's labels, before the step, and the penalty of rules that have one
 * @param learningRate of the step
 * @param gradientNorm before clipping
 * @param tokens of the step
 * @param tokensPerSecond of the step
 * @param peakBytes the ledger's peak in the step
 */
public record StepMetrics(
    long step,
    double epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    long tokens,
    double tokensPerSecond,
    long peakBytes) {}
