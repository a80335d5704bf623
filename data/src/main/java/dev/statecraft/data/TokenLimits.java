package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.tokenizer.TruncationSide;
import java.util.OptionalInt;

/**
 * What a causal model can take of an example.
 *
 * @param maxLength the most tokens, at least 2
 * @param vocabSize rows of the model's embedding, above every token id
 * @param side where tokens are taken from one that is too long
 * @param bosId the token that begins every text and stays there; empty for none
 */
public record TokenLimits(int maxLength, int vocabSize, TruncationSide side, OptionalInt bosId) {
  /**
   * Checks the length.
   *
   * @throws InvalidInputException if it is below 2
   */
  public TokenLimits {
    if (maxLength < 2) {
      throw new InvalidInputException(
          "the maximum length should be at least 2 tokens, found " + maxLength);
    }
  }

  /** A limit of the length alone, at the end. */
  public static TokenLimits ofLength(int maxLength) {
    return new TokenLimits(maxLength, Integer.MAX_VALUE, TruncationSide.RIGHT, OptionalInt.empty());
  }

  /** What stays of an example. */
  LabelledTokens fitted(LabelledTokens whole) {
    return side == TruncationSide.RIGHT
        ? whole.truncated(maxLength)
        : whole.lastTokens(maxLength, bosId);
  }
}
