package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;

/**
 * How large a micro-batch may become.
 *
 * @param unit what is counted
 * @param max the most of it
 */
public record BatchLimit(Unit unit, int max) {

  /** What a micro-batch is measured in. */
  public enum Unit {
    /** The number of examples. */
    EXAMPLES,
    /** The sum of the examples' tokens: what a packed batch {@code [tokens, hidden]} holds. */
    TOKENS,
    /** Examples times the longest one's tokens: what a padded batch {@code [batch, seq]} holds. */
    PADDED_TOKENS
  }

  /**
   * Checks the size.
   *
   * @throws InvalidInputException if it is not positive
   */
  public BatchLimit {
    if (max < 1) {
      throw new InvalidInputException("the micro-batch size should be positive, found " + max);
    }
  }

  /** At most this many examples. */
  public static BatchLimit examples(int max) {
    return new BatchLimit(Unit.EXAMPLES, max);
  }

  /** At most this many tokens without padding. */
  public static BatchLimit tokens(int max) {
    return new BatchLimit(Unit.TOKENS, max);
  }

  /** At most this many tokens with padding to the longest example. */
  public static BatchLimit paddedTokens(int max) {
    return new BatchLimit(Unit.PADDED_TOKENS, max);
  }

  /**
   * Checks that each example alone is within the limit.
   *
   * @param lengths tokens of each example
   * @throws InvalidInputException if one is not
   */
  public void check(int[] lengths) {
    for (int i = 0; i < lengths.length; i++) {
      if (!allows(1, lengths[i], lengths[i])) {
        throw new InvalidInputException(
            "example "
                + i
                + " has "
                + lengths[i]
                + " tokens, a micro-batch may have at most "
                + max);
      }
    }
  }

  /** Whether a micro-batch of these figures is within the limit. */
  public boolean allows(int examples, long tokens, int longest) {
    return switch (unit) {
      case EXAMPLES -> examples <= max;
      case TOKENS -> tokens <= max;
      case PADDED_TOKENS -> (long) examples * longest <= max;
    };
  }
}
