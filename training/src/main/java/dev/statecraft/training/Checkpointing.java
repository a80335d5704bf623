package dev.statecraft.training;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * When a run saves itself, and when it ends early.
 *
 * @param every optimizer steps between checkpoints; empty for none but when the run is cancelled
 * @param criterion picks the best evaluation; empty if there is no evaluation
 * @param keepsBest whether an evaluation that is the best so far is followed by a checkpoint
 * @param earlyStopping ends the run, if it is to
 */
public record Checkpointing(
    OptionalLong every,
    Optional<Criterion> criterion,
    boolean keepsBest,
    Optional<EarlyStopping> earlyStopping) {
  /** No checkpoints while the run goes on, no early end. */
  public static final Checkpointing NONE =
      new Checkpointing(OptionalLong.empty(), Optional.empty(), false, Optional.empty());

  public Checkpointing {
    if (criterion.isEmpty() && (keepsBest || earlyStopping.isPresent())) {
      throw new IllegalArgumentException(
          "the best evaluation and early stopping need evaluations, found none");
    }
  }

  boolean isDue(long step) {
    return every.isPresent() && step % every.getAsLong() == 0;
  }

  boolean endsAfter(Progress progress) {
    return earlyStopping.isPresent()
        && earlyStopping.get().isDue(progress.evaluations(), criterion.orElseThrow());
  }

  boolean isBest(Evaluation evaluation, Progress progress) {
    return keepsBest
        && criterion.orElseThrow().best(progress.evaluations()).orElseThrow().step()
            == evaluation.step();
  }
}
