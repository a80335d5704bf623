package dev.statecraft.training;

import dev.statecraft.base.ByteSize;
import dev.statecraft.core.plan.LayerPolicies;
import java.util.Locale;

/**
 * Store policies that fit a budget.
 *
 * @param policies one for each layer
 * @param memory the step's fullest moment under them
 * @param relativeCompute the step's cost, relative to storing everything
 */
public record StoreChoice(LayerPolicies policies, MemoryUse memory, double relativeCompute) {
  /** One sentence: what was chosen for which budget and what it costs. */
  public String sentence(long budget) {
    return String.format(
        Locale.ROOT,
        "stores %s: %s of the budget's %s at the peak, %s",
        policies.describe(),
        ByteSize.shown(memory.peakBytes()),
        ByteSize.shown(budget),
        relativeCompute < 1.0005
            ? "nothing computed twice"
            : String.format(
                Locale.ROOT,
                "%.1f %% more compute than storing everything",
                100 * (relativeCompute - 1)));
  }
}
