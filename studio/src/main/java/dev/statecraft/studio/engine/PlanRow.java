package dev.statecraft.studio.engine;

import java.util.Map;
import java.util.OptionalLong;

/**
 * A predicted training step.
 *
 * @param method its name
 * @param store the policy's word, or {@code auto} for what a budget chose
 * @param description what is stored, layer by layer
 * @param states the word for the form in which states are stored
 * @param quantize how the frozen linears inside layers are held
 * @param predictedPeakBytes the most bytes of tensors
 * @param memory bytes by category at the peak
 * @param relativeCompute products of the step, relative to LoRA storing everything
 * @param smallestBudget where a budget was to choose: the smallest that would work, in bytes
 */
public record PlanRow(
    String method,
    String store,
    String description,
    String states,
    String quantize,
    long predictedPeakBytes,
    Map<String, Long> memory,
    double relativeCompute,
    OptionalLong smallestBudget) {}
