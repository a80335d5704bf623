package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;

/** What an evaluation can report. */
public enum Metric {
  /** Mean cross entropy, or mean squared error, over the labels. */
  LOSS("loss", false),
  /** {@code exp(loss)}. */
  PERPLEXITY("perplexity", false),
  /** Part of the examples that get their class. */
  ACCURACY("accuracy", true),
  /**
   * Part of the learned tokens that are the most probable one after what stands before them in the
   * data. Far above the part of answers that a model gives right when it writes them itself.
   */
  TOKEN_ACCURACY("token_accuracy", true),
  /** Mean F1 of the classes. */
  MACRO_F1("macro_f1", true),
  /** F1 of the positive class. */
  F1("f1", true),
  /** Matthews correlation. */
  MATTHEWS("matthews", true),
  /** Pearson's correlation. */
  PEARSON("pearson", true),
  /** Spearman's rank correlation. */
  SPEARMAN("spearman", true),
  /** Mean squared error. */
  MEAN_SQUARED_ERROR("mean_squared_error", false);

  private final String label;
  private final boolean higherIsBetter;

  Metric(String label, boolean higherIsBetter) {
    this.label = label;
    this.higherIsBetter = higherIsBetter;
  }

  /** Its name in recipes, summaries and tables. */
  public String label() {
    return label;
  }

  /** Whether more of it is better. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** Whether {@code value} beats {@code other}; nothing beats by not being a number. */
  public boolean isBetter(double value, double other) {
    return higherIsBetter ? value > other : value < other;
  }

  /**
   * Finds a metric of a task by its name.
   *
   * @throws UsageException if the task has no such metric
   */
  static Metric of(String label, List<Metric> allowed) {
    List<String> labels = allowed.stream().map(Metric::label).toList();
    return Arrays.stream(values())
        .filter(metric -> metric.label.equals(label) && allowed.contains(metric))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "metrics: expected some of "
                        + labels
                        + ", found '"
                        + label
                        + "'"
                        + hint(label, allowed, labels)));
  }

  /** Language modelling once called token_accuracy accuracy. */
  private static String hint(String label, List<Metric> allowed, List<String> labels) {
    return label.equals(ACCURACY.label) && allowed.contains(TOKEN_ACCURACY)
        ? "; the part of tokens that are predicted is now called '" + TOKEN_ACCURACY.label + "'"
        : Suggestion.of(label, labels);
  }
}
