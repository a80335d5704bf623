package dev.statecraft.adapters.combine;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * What several runs add to the same values.
 *
 * @param values of each run, all of one length
 * @param runs their numbers
 */
record Differences(List<double[]> values, int[] runs) {
  Differences {
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
