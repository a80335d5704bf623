package dev.statecraft.studio.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.control.advise.OutputEffects;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of effects on outputs, against sums done by hand. */
class OutputScoresTest {
  private static OutputEffects gramian(double[]... rows) {
    double[] sums = new double[rows.length * (rows.length + 1)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, sums, i * (rows.length + 1), rows.length);
    }
    return new OutputEffects(sums, rows.length);
  }

  @Test
  void sharesAreOfTheTraceOfAllGramians() {
    OutputScores scores = new OutputScores(2, 2);
    scores.add(
        List.of(
            gramian(new double[] {3, 1}, new double[] {1, 1}),
            gramian(new double[] {2, 0}, new double[] {0, 2})));
    scores.add(
        List.of(
            gramian(new double[] {3, 1}, new double[] {1, 1}),
            gramian(new double[] {10, 0}, new double[] {0, 2})));
    assertThat(numbers(scores.shares()))
        .containsExactly(new double[] {8 / 24.0, 16 / 24.0}, within(1e-12));
    // Of the means: [[3, 1], [1, 1]] and diag(6, 2).
    assertThat(numbers(scores.smallestEigenvalues()))
        .containsExactly(new double[] {2 - Math.sqrt(2), 2}, within(1e-12));
  }

  /** Outputs that were drawn by chance stand for all, so they alone are the trace. */
  @Test
  void drawnOutputsAreTheTraceAndLabelsTheSubspace() {
    OutputScores scores = new OutputScores(2, 1);
    scores.add(
        List.of(
            gramian(new double[] {100, 0}, new double[] {0, 1}),
            gramian(new double[] {1, 0}, new double[] {0, 3})));
    assertThat(numbers(scores.shares())).containsExactly(new double[] {0.25, 0.75}, within(1e-12));
    assertThat(numbers(scores.smallestEigenvalues()))
        .containsExactly(new double[] {100, 1}, within(1e-12));
  }

  /**
   * Four edges and gains (1, 0, 0, 0) and (0, 1, 1, 0): the first does what no other does, the next
   * two share, the last does nothing.
   */
  @Test
  void gainsAreHighWhereNoOtherEdgeDoesTheSame() {
    OutputScores scores = new OutputScores(4, 1);
    scores.add(moved(5, 0, 0, 0));
    scores.add(moved(0, 2, -2, 0));
    assertThat(numbers(scores.gains()))
        .containsExactly(new double[] {1, 0.5, 0.5, 0}, within(1e-12));
  }

  @Test
  void gainsAreMeansOfAsManyRowsAtATimeAsLeaveSomethingToTell() {
    OutputScores scores = new OutputScores(4, 1);
    scores.add(moved(5, 0, 0, 0));
    scores.add(moved(0, 2, 2, 0));
    scores.add(moved(0, 0, 3, 0));
    scores.add(moved(0, 0, 0, 1));
    // A fifth is left over; two rows at a time are half of four edges.
    scores.add(moved(1, 1, 1, 1));
    assertThat(numbers(scores.gains()))
        .containsExactly(new double[] {0.5, 0.25, 0.75, 0.5}, within(1e-12));
  }

  @Test
  void fewRowsAreTakenAsTheyAre() {
    OutputScores scores = new OutputScores(6, 1);
    scores.add(moved(1, 1, 1, 1, 0, 0));
    assertThat(numbers(scores.gains()))
        .containsExactly(new double[] {0.25, 0.25, 0.25, 0.25, 0, 0}, within(1e-12));
  }

  private static List<OutputEffects> moved(double... gains) {
    return Arrays.stream(gains)
        .mapToObj(gain -> new OutputEffects(new double[] {0, gain}, 1))
        .toList();
  }

  private static double[] numbers(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
