package dev.statecraft.models.family;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What the paper's reference implementation can hold of control on a family, see {@code
 * adapters.PaperFormat}.
 *
 * @param attention whether there can be control around the attention, too
 * @param lora whether there can be LoRA beside control around the MLP
 * @param biased whether functions have biases (and then no scale)
 * @param renamed its key for a parameter of the tuned graph; empty if it keeps the checkpoint's
 *     modules
 */
public record PaperControl(
    boolean attention, boolean lora, boolean biased, Optional<UnaryOperator<String>> renamed) {}
