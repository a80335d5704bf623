package dev.statecraft.studio.recipe;

import dev.statecraft.core.plan.StateFormat;

/**
 * What a run's memory is to be.
 *
 * @param settings of {@link #KEYS}
 */
public record MemoryRecipe(Settings settings) {
  /** The keys of {@code memory}. */
  public static final MemoryKeys KEYS = new MemoryKeys();

  /** The most that the run's tensors may take. */
  public Budget budget() {
    return settings.get(KEYS.budget);
  }

  /** In which form stored states wait for the backward pass. */
  public StateFormat states() {
    return settings.get(KEYS.states);
  }
}
