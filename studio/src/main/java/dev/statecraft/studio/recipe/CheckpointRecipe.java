package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.training.Checkpointing;
import dev.statecraft.training.Criterion;
import dev.statecraft.training.EarlyStopping;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run keeps while it goes on, when it ends early, and what it leaves.
 *
 * @param every optimizer steps between checkpoints; empty for none but when the run is interrupted
 * @param keep how many of the last stay, besides the best
 * @param earlyStopping ends the run, if it is to
 * @param select which parameters the run leaves
 */
public record CheckpointRecipe(
    Optional<Integer> every, int keep, Optional<EarlyStopping> earlyStopping, Select select) {
  /** Which parameters a run leaves. */
  public enum Select {
    /** Those after the last step. */
    LAST("last"),
    /** Those of the best evaluation, by the task's first metric. */
    BEST("best");

    private final String label;

    Select(String label) {
      this.label = label;
    }

    /** The word for it. */
    public String label() {
      return label;
    }

    static Select of(String label) {
      return Arrays.stream(values())
          .filter(select -> select.label.equals(label))
          .findFirst()
          .orElseThrow(
              () -> new UsageException("select: expected last or best, found '" + label + "'"));
    }
  }

  /**
   * What the trainer is told.
   *
   * @param metric the task's first
   * @param evaluates whether the run has evaluation data
   * @throws RecipeException if there is none, but the run depends on it
   */
  public Checkpointing checkpointing(Metric metric, boolean evaluates) {
    if (!evaluates && (select == Select.BEST || earlyStopping.isPresent())) {
      throw new RecipeException(
          "train."
              + (select == Select.BEST ? "select: best" : "early_stopping")
              + " needs evaluations: expected data.validation, found none");
    }
    return new Checkpointing(
        every.isPresent() ? OptionalLong.of(every.get()) : OptionalLong.empty(),
        evaluates
            ? Optional.of(new Criterion(metric.label(), metric.higherIsBetter()))
            : Optional.empty(),
        evaluates && (every.isPresent() || select == Select.BEST),
        earlyStopping);
  }
}
