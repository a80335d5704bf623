package dev.statecraft.training;

import java.util.List;
import java.util.Optional;

/**
 * How evaluations of one run are compared.
 *
 * @param metric the name of the metric that decides
 * @param higherIsBetter its direction
 */
public record Criterion(String metric, boolean higherIsBetter) {
  /**
   * The metric of an evaluation.
   *
   * @throws IllegalArgumentException if it has none of that name
   */
  public double of(Evaluation evaluation) {
    Double value = evaluation.metrics().get(metric);
    if (value == null) {
      throw new IllegalArgumentException(
          "expected the metric " + metric + ", found " + evaluation.metrics().keySet());
    }
    return value;
  }

  /** Whether a value is better than another by more than {@code least}; NaN never is. */
  boolean improves(double value, double than, double least) {
    double gain = higherIsBetter ? value - than : than - value;
    return gain > least || (Double.isNaN(than) && !Double.isNaN(value));
  }

  /** The first of the best evaluations. */
  public Optional<Evaluation> best(List<Evaluation> evaluations) {
    Evaluation best = null;
    for (Evaluation evaluation : evaluations) {
      if (best == null || improves(of(evaluation), of(best), 0)) {
        best = evaluation;
      }
    }
    return Optional.ofNullable(best);
  }
}
