package dev.statecraft.training.metric;

import java.util.Arrays;

/**
 * How often each gold class was predicted as each class, and the metrics that follow from it.
 *
 * <p>Classes are {@code 0 .. classes-1}. Formulas are those of scikit-learn's {@code metrics}; a
 * ratio of zero to zero is 0.
 */
public final class ConfusionMatrix {
  private final long[][] counts;
  private final long[] gold;
  private final long[] predicted;
  private final long total;

  private ConfusionMatrix(long[][] counts, long total) {
    this.counts = counts;
    this.total = total;
    gold = new long[counts.length];
    predicted = new long[counts.length];
    for (int g = 0; g < counts.length; g++) {
      for (int p = 0; p < counts.length; p++) {
        gold[g] += counts[g][p];
        predicted[p] += counts[g][p];
      }
    }
  }

  /**
   * Counts predictions.
   *
   * @param gold the true class of each example, {@code [examples]}
   * @param predicted the predicted class of each example, {@code [examples]}
   * @param classes the number of classes, at least 2
   * @throws IllegalArgumentException if there are no examples, the lengths differ, there are fewer
   *     than two classes, or a class is out of range
   */
  public static ConfusionMatrix of(int[] gold, int[] predicted, int classes) {
    Pairs.requireSameLength(gold.length, predicted.length);
    if (classes < 2) {
      throw new IllegalArgumentException("expected at least 2 classes, found " + classes);
    }
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < gold.length; i++) {
      requireClass("gold", i, gold[i], classes);
      requireClass("predicted", i, predicted[i], classes);
      counts[gold[i]][predicted[i]]++;
    }
    return new ConfusionMatrix(counts, gold.length);
  }

  /** The number of classes. */
  public int classes() {
    return counts.length;
  }

  /** The number of examples. */
  public long total() {
    return total;
  }

  /** How many examples of class {@code gold} were predicted as class {@code predicted}. */
  public long count(int gold, int predicted) {
    return counts[gold][predicted];
  }

  /** The part of the examples that was predicted right. */
  public double accuracy() {
    return ratio(correct(), total);
  }

  /** The part of the predictions of a class that is right; 0 if it was never predicted. */
  public double precision(int label) {
    return ratio(counts[label][label], predicted[label]);
  }

  /** The part of a class's examples that was found; 0 if it has none. */
  public double recall(int label) {
    return ratio(counts[label][label], gold[label]);
  }

  /**
   * F1 of one class, {@code 2 TP / (2 TP + FP + FN)}: the harmonic mean of precision and recall.
   * For a binary task, pass the positive class. 0 if the class neither occurs nor was predicted.
   */
  public double f1(int positive) {
    return ratio(2 * counts[positive][positive], gold[positive] + predicted[positive]);
  }

  /** The mean F1 of the classes that occur or were predicted; others would only add zeros. */
  public double macroF1() {
    double sum = 0;
    int present = 0;
    for (int label = 0; label < counts.length; label++) {
      if (gold[label] + predicted[label] > 0) {
        sum += f1(label);
        present++;
      }
    }
    return sum / present;
  }

  /**
   * Matthews correlation, for any number of classes (Gorodkin 2004, the statistic R_K): with s
   * examples, c of them right, and t_k examples and p_k predictions of class k,
   *
   * <pre>{@code (c s - sum_k p_k t_k) / sqrt((s^2 - sum_k p_k^2) (s^2 - sum_k t_k^2))}</pre>
   *
   * It is 1 for perfect predictions, 0 for those unrelated to the gold classes, and defined as 0
   * where all predictions, or all gold classes, are the same.
   */
  public double matthews() {
    // Exact in long: there are less than 2^31 examples, so no square sum reaches 2^62.
    long crossed = 0;
    long predictedSquares = 0;
    long goldSquares = 0;
    for (int k = 0; k < counts.length; k++) {
      crossed += predicted[k] * gold[k];
      predictedSquares += predicted[k] * predicted[k];
      goldSquares += gold[k] * gold[k];
    }
    long square = total * total;
    if (predictedSquares == square || goldSquares == square) {
      return 0;
    }
    double spread =
        Math.sqrt((double) (square - predictedSquares))
            * Math.sqrt((double) (square - goldSquares));
    return Math.max(-1, Math.min(1, (correct() * total - crossed) / spread));
  }

  /** One line a gold class, one number a predicted class. */
  @Override
  public String toString() {
    return "ConfusionMatrix" + Arrays.deepToString(counts);
  }

  private long correct() {
    long correct = 0;
    for (int k = 0; k < counts.length; k++) {
      correct += counts[k][k];
    }
    return correct;
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  private static void requireClass(String what, int index, int value, int classes) {
    if (value < 0 || value >= classes) {
      throw new IllegalArgumentException(
          what + "[" + index + "] is class " + value + ", expected 0 to " + (classes - 1));
    }
  }
}
