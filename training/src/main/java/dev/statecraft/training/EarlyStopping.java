package dev.statecraft.training;

import dev.statecraft.base.UsageException;
import java.util.List;

/**
 * When a run ends before its last step.
 *
 * @param patience evaluations in a row without an improvement after which it ends
 * @param minDelta what counts as an improvement: better than the best so far by more than this
 */
public record EarlyStopping(int patience, double minDelta) {
  public EarlyStopping {
    if (patience < 1) {
      throw new UsageException("patience: expected 1 or more, found " + patience);
    }
    if (!(minDelta >= 0) || Double.isInfinite(minDelta)) {
      throw new UsageException("min_delta: expected 0 or more, found " + minDelta);
    }
  }

  /** Whether evaluations so far end the run. */
  boolean isDue(List<Evaluation> evaluations, Criterion criterion) {
    double best = Double.NaN;
    int without = 0;
    for (Evaluation evaluation : evaluations) {
      double value = criterion.of(evaluation);
      if (criterion.improves(value, best, minDelta)) {
        best = value;
        without = 0;
      } else {
        without++;
      }
    }
    return without >= patience;
  }
}
