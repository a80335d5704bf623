package dev.statecraft.studio.engine;

import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.StepMemory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came of more steps on several tasks.
 *
 * @param tasks in the order in which they were given
 * @param steps that were taken
 * @param seconds of the steps, without loading and evaluations
 * @param memory the fullest moment of any step
 * @param predicted what that step should have taken, from begin to end
 * @param threads that computed
 */
public record MixtureOutcome(
    List<Learned> tasks,
    long steps,
    double seconds,
    MemoryUse memory,
    Optional<StepMemory> predicted,
    int threads) {
  public MixtureOutcome {
    tasks = List.copyOf(tasks);
  }

  /**
   * How a task fared.
   *
   * @param name of the task
   * @param examples that it was learned from
   * @param firstLoss mean training loss in the first ten steps, or as many as there are
   * @param lastLoss the same in the last ten
   * @param before the recipe's metrics on the task's evaluation data before the first step; empty
   *     if it has none
   * @param after the same after the last step
   */
  public record Learned(
      String name,
      int examples,
      double firstLoss,
      double lastLoss,
      Map<String, Double> before,
      Map<String, Double> after) {
    public Learned {
      before = Collections.unmodifiableMap(new LinkedHashMap<>(before));
      after = Collections.unmodifiableMap(new LinkedHashMap<>(after));
    }
  }
}
