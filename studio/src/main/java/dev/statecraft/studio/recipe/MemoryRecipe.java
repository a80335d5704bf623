package dev.statecraft.studio.recipe;

import dev.statecraft.core.plan.StateFormat;

/**
 * What a run's memory is to be.
 *
 * @param budget the most that its tensors may take
 * @param states in which form stored states wait for the backward pass
 */
public record MemoryRecipe(Budget budget, StateFormat states) {
  static MemoryRecipe read(Section memory) {
    return new MemoryRecipe(
        budget(memory), memory.text("states").map(StateFormat::of).orElse(Defaults.STORED_STATES));
  }

  private static Budget budget(Section memory) {
    if (memory.isWholeNumber("budget")) {
      return Budget.of(String.valueOf(memory.longInteger("budget").orElseThrow()));
    }
    return memory.text("budget").map(Budget::of).orElse(Defaults.BUDGET);
  }
}
