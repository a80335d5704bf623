package dev.statecraft.studio.recipe;

import dev.statecraft.core.plan.StateFormat;
import java.util.List;

/** The keys of {@code memory}. */
public final class MemoryKeys extends Keys {
  /** Memory is not limited unless the recipe says so. */
  public final Key<Budget> budget =
      key(
          "budget",
          Type.of(
              Kind.text("a size such as 22GiB, auto or none", "22GiB")
                  .or(Kind.wholeNumber(1, 1_000_000_000)),
              MemoryKeys::budget,
              Budget::toString),
          new Budget.None(),
          "The most that tensors may take; auto is what the device has free.");

  /** Nothing is rounded unless it is asked for. */
  public final Key<StateFormat> states =
      key(
          "states",
          Type.choice(List.of(StateFormat.values()), StateFormat::label, StateFormat::of),
          StateFormat.EXACT,
          "The form in which stored states wait for the backward pass; all but exact round the"
              + " gradients.");

  private static Budget budget(Reading reading, String key) {
    Section memory = reading.section();
    return Budget.of(
        memory.isWholeNumber(key)
            ? String.valueOf(memory.longInteger(key).orElseThrow())
            : memory.text(key).orElseThrow());
  }
}
