package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.training.Checkpointing;
import dev.statecraft.training.Criterion;
import dev.statecraft.training.EarlyStopping;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run keeps while it goes on, when it ends early, and what it leaves. Constructors throw
 * {@link UsageException} naming the key.
 *
 * @param every optimizer steps between checkpoints; empty for none but when the run is interrupted
 * @param keep how many of the last stay, besides the best
 * @param earlyStopping ends the run, if it is to
 * @param select which parameters the run leaves
 */
public record CheckpointRecipe(
    Optional<Integer> every, int keep, Optional<EarlyStopping> earlyStopping, Select select) {
  private static final String NONE = "none";

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

  public CheckpointRecipe {
    if (every.isPresent() && every.get() < 1) {
      throw new UsageException(
          "checkpoint.every: expected 1 or more, or none, found " + every.get());
    }
    if (keep < 1) {
      throw new UsageException("checkpoint.keep: expected 1 or more, found " + keep);
    }
  }

  /** Reads the keys {@code checkpoint}, {@code early_stopping} and {@code select}. */
  static CheckpointRecipe read(Section train) {
    Optional<Integer> every = Optional.of(Defaults.CHECKPOINT_EVERY);
    int keep = Defaults.CHECKPOINTS_KEPT;
    if (train.isText("checkpoint", NONE)) {
      every = Optional.empty();
    } else if (train.isWholeNumber("checkpoint")) {
      every = train.integer("checkpoint");
    } else {
      Section checkpoint = train.section("checkpoint");
      every = checkpoint.read(CheckpointRecipe::every);
      keep = checkpoint.integer("keep").orElse(Defaults.CHECKPOINTS_KEPT);
    }
    return new CheckpointRecipe(
        every,
        keep,
        earlyStopping(train),
        train.text("select").map(Select::of).orElse(Defaults.SELECT));
  }

  private static Optional<Integer> every(Section checkpoint) {
    checkpoint.has("keep");
    return checkpoint.isText("every", NONE)
        ? Optional.empty()
        : Optional.of(checkpoint.integer("every").orElse(Defaults.CHECKPOINT_EVERY));
  }

  /** {@code 3} evaluations, {@code {patience: 3, min_delta: 0.001}}, or none. */
  private static Optional<EarlyStopping> earlyStopping(Section train) {
    if (!train.has("early_stopping") || train.isText("early_stopping", NONE)) {
      return Optional.empty();
    }
    if (train.isWholeNumber("early_stopping")) {
      return Optional.of(
          new EarlyStopping(train.integer("early_stopping").orElseThrow(), Defaults.MIN_DELTA));
    }
    return Optional.of(
        train
            .section("early_stopping")
            .read(
                section ->
                    new EarlyStopping(
                        section
                            .integer("patience")
                            .orElseThrow(() -> section.invalid("patience", "a whole number")),
                        section.number("min_delta").orElse(Defaults.MIN_DELTA))));
  }

  void write(Map<String, Object> train) {
    Map<String, Object> checkpoint = new LinkedHashMap<>();
    checkpoint.put("every", every.<Object>map(steps -> steps).orElse(NONE));
    checkpoint.put("keep", keep);
    train.put("checkpoint", checkpoint);
    earlyStopping.ifPresentOrElse(
        stopping -> {
          Map<String, Object> map = new LinkedHashMap<>();
          map.put("patience", stopping.patience());
          map.put("min_delta", stopping.minDelta());
          train.put("early_stopping", map);
        },
        () -> train.put("early_stopping", NONE));
    train.put("select", select.label());
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
