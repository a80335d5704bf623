package dev.statecraft.training.metric;

/** Checks on gold values and the predictions that go with them. */
final class Pairs {
  private Pairs() {}

  static void requireSameLength(int gold, int predicted) {
    if (gold != predicted) {
      throw new IllegalArgumentException(gold + " gold values, but " + predicted + " predictions");
    }
    if (gold == 0) {
      throw new IllegalArgumentException("expected at least one example, found none");
    }
  }

  static void requireFinite(double[] gold, double[] predicted) {
    requireSameLength(gold.length, predicted.length);
    for (int i = 0; i < gold.length; i++) {
      requireFinite("gold", i, gold[i]);
      requireFinite("predicted", i, predicted[i]);
    }
  }

  private static void requireFinite(String what, int index, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          what + "[" + index + "] should be a finite number, found " + value);
    }
  }
}
