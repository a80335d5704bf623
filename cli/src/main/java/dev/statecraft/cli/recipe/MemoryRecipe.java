package dev.statecraft.cli.recipe;

/**
 * What a run's memory is to be.
 *
 * @param budget the most that its tensors may take
 */
public record MemoryRecipe(Budget budget) {
  static MemoryRecipe read(Section memory) {
    return new MemoryRecipe(budget(memory));
  }

  private static Budget budget(Section memory) {
    if (memory.isWholeNumber("budget")) {
      return Budget.of(String.valueOf(memory.longInteger("budget").orElseThrow()));
    }
    return memory.text("budget").map(Budget::of).orElse(Defaults.BUDGET);
  }
}
