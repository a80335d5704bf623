package dev.statecraft.models.family.decoder;

import dev.statecraft.core.op.Activation;

/**
 * The feed-forward block of a decoder's layers.
 *
 * @param gate the activation of the gate
 * @param bias whether its linears have biases
 * @param joined whether gate and up come out of one linear, {@code gate_up_proj}
 */
public record DecoderMlp(Activation.Kind gate, boolean bias, boolean joined) {}
