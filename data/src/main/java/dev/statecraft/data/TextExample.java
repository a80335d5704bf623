package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * An example for text classification or regression.
 *
 * @param text the text, or the first of two
 * @param pair the second text of a pair task
 * @param label the label as it is in the file
 * @param source where the example comes from, for messages
 */
public record TextExample(String text, Optional<String> pair, String label, String source) {

  /**
   * The label as a number, for regression.
   *
   * @throws InvalidInputException if it is not a finite decimal number
   */
  public double score() {
    double score;
    try {
      // Not Double.parseDouble, which takes "NaN", "1d" and "0x1p3" as well.
      score = new BigDecimal(label.strip()).doubleValue();
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          source + ": a regression label should be a number, found " + Quoted.text(label), e);
    }
    if (Double.isInfinite(score)) {
      throw new InvalidInputException(
          source + ": a regression label should fit a double, found " + Quoted.text(label));
    }
    return score;
  }
}
