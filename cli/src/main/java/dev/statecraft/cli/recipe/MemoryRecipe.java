package dev.statecraft.cli.recipe;

import dev.statecraft.core.plan.StateFormat;

/**
 * How memory is saved.
 *
 * @param states in which form stored states wait for the backward pass
 */
public record MemoryRecipe(StateFormat states) {}
