package dev.statecraft.cli.engine;

import java.util.Map;

/**
 * A predicted training step.
 *
 * @param method its name
 * @param store the policy's word
 * @param quantize how the frozen linears inside layers are held
 * @param predictedPeakBytes the most bytes of tensors
 * @param memory bytes by category at the peak
 * @param relativeCompute products of the step, relative to LoRA storing everything
 */
public record PlanRow(
    String method,
    String store,
    String quantize,
    long predictedPeakBytes,
    Map<String, Long> memory,
    double relativeCompute) {}
