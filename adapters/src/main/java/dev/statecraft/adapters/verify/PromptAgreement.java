package dev.statecraft.adapters.verify;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far two models' logits for one prompt are apart.
 *
 * @param prompt in words
 * @param positions rows of logits: tokens of a language model, else 1
 * @param maxDifference the largest absolute difference of two logits
 * @param largest the largest magnitude of the first model's logits
 * @param sameTop part of the positions at which both have the same largest logit
 */
public record PromptAgreement(
    String prompt, int positions, double maxDifference, double largest, double sameTop) {

  /**
   * Compares rows of logits.
   *
   * @param expected {@code [positions, outputs]}
   * @param found likewise
   * @throws IllegalArgumentException if there are more of one than of the other
   */
  static PromptAgreement of(String prompt, int positions, float[] expected, float[] found) {
    if (expected.length != found.length) {
      throw new IllegalArgumentException(
          "expected " + expected.length + " logits, found " + found.length);
    }
    int outputs = expected.length / positions;
    double difference = 0;
    double largest = 0;
    int same = 0;
    for (int row = 0; row < positions; row++) {
      int topExpected = row * outputs;
      int topFound = row * outputs;
      for (int i = row * outputs; i < (row + 1) * outputs; i++) {
        double gap = Math.abs((double) expected[i] - found[i]);
        // Once it is not a number, it stays so.
        difference = Double.isNaN(gap) || gap > difference ? gap : difference;
        largest = Math.max(largest, Math.abs(expected[i]));
        topExpected = expected[i] > expected[topExpected] ? i : topExpected;
        topFound = found[i] > found[topFound] ? i : topFound;
        if (Double.isNaN(difference)) {
          return new PromptAgreement(prompt, positions, difference, largest, 0);
        }
      }
      same += topExpected == topFound ? 1 : 0;
    }
    return new PromptAgreement(prompt, positions, difference, largest, (double) same / positions);
  }

  /** The difference as a part of the largest logit, or of 1 if all logits are smaller. */
  public double relative() {
    return maxDifference / Math.max(1, largest);
  }

  /** Whether it is within a tolerance of the largest logit; not if it is not a number. */
  public boolean isWithin(double tolerance) {
    return relative() <= tolerance;
  }

  /** As {@code --json} shows it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("prompt", prompt);
    map.put("positions", positions);
    map.put("max_difference", maxDifference);
    map.put("largest_logit", largest);
    map.put("relative_difference", relative());
    map.put("same_top", sameTop);
    return map;
  }
}
