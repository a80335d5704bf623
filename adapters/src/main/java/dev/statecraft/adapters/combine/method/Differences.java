package dev.statecraft.adapters.combine.method;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/** What several runs add to the same values. */
final class Differences {
  private final List<double[]> values;
  private final int[] runs;

  /**
   * Of runs by their numbers.
   *
   * @param values of each run
   * @throws IllegalArgumentException if there is not one for each run, or lengths differ
   */
  Differences(List<double[]> values, int[] runs) {
    if (values.isEmpty() || values.size() != runs.length) {
      throw new IllegalArgumentException(
          "expected differences of each of %d runs, found %d"
              .formatted(runs.length, values.size()));
    }
    for (double[] some : values) {
      if (some.length != values.get(0).length) {
        throw new IllegalArgumentException(
            "expected differences of one length, found %d and %d"
                .formatted(values.get(0).length, some.length));
      }
    }
    this.values = values;
    this.runs = runs;
  }

  /** Of a run, by its place. */
  double[] of(int place) {
    return values.get(place);
  }

  int count() {
    return runs.length;
  }

  int length() {
    return values.get(0).length;
  }

  /** The sum, each run's by its weight. */
  double[] sum(IntToDoubleFunction weightOfRun) {
    double[] sum = new double[length()];
    for (int i = 0; i < runs.length; i++) {
      double weight = weightOfRun.applyAsDouble(runs[i]);
      double[] some = values.get(i);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += weight * some[j];
      }
    }
    return sum;
  }

  double[] mean() {
    return sum(run -> 1.0 / runs.length);
  }
}
