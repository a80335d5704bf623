package dev.statecraft.studio.run;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.Exhibit;
import dev.statecraft.training.StepMetrics;
import java.util.List;
import java.util.Optional;

/**
 * A run as it is at one moment: all that its report is made of.
 *
 * @param recipe what is to be done
 * @param trainableParameters how many numbers are trained; 0 before it has started
 * @param totalSteps of the whole run; 0 before it has started
 * @param secondsLeft until its last step, if there is a way to tell
 * @param steps every optimizer step so far
 * @param evaluations every evaluation so far, in order
 * @param notes what the user was told
 * @param exhibits what else there is to show, the latest of each kind
 * @param failure why it ended before its end
 * @param summary once it is finished
 */
public record RunView(
    Recipe recipe,
    long trainableParameters,
    long totalSteps,
    Optional<Double> secondsLeft,
    List<StepMetrics> steps,
    List<Evaluation> evaluations,
    List<String> notes,
    List<Exhibit> exhibits,
    Optional<String> failure,
    Optional<Summary> summary) {
  public RunView {
    steps = List.copyOf(steps);
    evaluations = List.copyOf(evaluations);
    notes = List.copyOf(notes);
    exhibits = List.copyOf(exhibits);
  }

  /** The exhibit of a kind, if there is one. */
  public <T extends Exhibit> Optional<T> exhibit(Class<T> kind) {
    return exhibits.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }
}
