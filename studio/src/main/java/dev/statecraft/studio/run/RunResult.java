package dev.statecraft.studio.run;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.StepMetrics;
import java.util.List;

/**
 * A finished run.
 *
 * @param recipe what was to be done
 * @param summary what became of it
 * @param steps every optimizer step
 * @param evaluations every evaluation, in order
 */
public record RunResult(
    Recipe recipe, Summary summary, List<StepMetrics> steps, List<Evaluation> evaluations) {
  public RunResult {
    steps = List.copyOf(steps);
    evaluations = List.copyOf(evaluations);
  }
}
