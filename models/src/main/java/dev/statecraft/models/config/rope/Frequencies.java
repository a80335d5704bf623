package dev.statecraft.models.config.rope;

import java.util.Arrays;
import java.util.List;

/**
 * One number for each pair of turned features, each rounded to float32.
 *
 * @param values {@code [features / 2]}
 */
record Frequencies(List<Float> values) {
  /** A change of one number. */
  interface Change {
    float apply(int index, float value);
  }

  /** {@code theta^(2i / features)}: 2 pi times a wavelength, ascending. */
  static Frequencies periods(double theta, int features) {
    Float[] periods = new Float[features / 2];
    for (int i = 0; i < periods.length; i++) {
      periods[i] = (float) Math.pow(theta, (float) (2 * i) / features);
    }
    return new Frequencies(Arrays.asList(periods));
  }

  /** {@code theta^(-2i / features)}, in radians per position, descending. */
  static Frequencies original(double theta, int features) {
    return periods(theta, features).map((i, period) -> 1 / period);
  }

  Frequencies map(Change change) {
    Float[] changed = new Float[values.size()];
    for (int i = 0; i < changed.length; i++) {
      changed[i] = change.apply(i, values.get(i));
    }
    return new Frequencies(Arrays.asList(changed));
  }

  List<Double> list() {
    return values.stream().map(Float::doubleValue).toList();
  }

  double[] doubles() {
    return values.stream().mapToDouble(Float::doubleValue).toArray();
  }
}
