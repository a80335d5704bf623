package dev.statecraft.formats.tokenizer;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;

/**
 * How texts that are too long are shortened; special tokens around them always stay. The lengths
 * are those of the Rust library {@code tokenizers}, and so of transformers' fast tokenizers.
 *
 * @param strategy which text of a pair gives tokens
 * @param side where they are taken from
 */
public record Truncation(Strategy strategy, TruncationSide side) {
  /** What transformers does where nothing says otherwise. */
  public static final Truncation DEFAULT =
      new Truncation(Strategy.LONGEST_FIRST, TruncationSide.RIGHT);

  /** Which text of a pair is shortened. */
  public enum Strategy {
    /** The longer one, until both are of one length, then both. */
    LONGEST_FIRST("LongestFirst"),
    /** The first, as long as it has a token left. */
    ONLY_FIRST("OnlyFirst"),
    /** The second, as long as it has a token left. */
    ONLY_SECOND("OnlySecond");

    private final String name;

    Strategy(String name) {
      this.name = name;
    }

    static Strategy of(String name, String where) {
      for (Strategy strategy : values()) {
        if (strategy.name.equals(name)) {
          return strategy;
        }
      }
      throw new InvalidInputException(
          where + ": expected LongestFirst, OnlyFirst or OnlySecond, found " + Quoted.text(name));
    }
  }

  /**
   * How many tokens of each text stay.
   *
   * @param first tokens of the first text
   * @param second tokens of the second text; 0 without one
   * @param room how many may stay of both, at least 1 and less than there are
   * @return {@code [first, second]}
   */
  int[] kept(int first, int second, int room) {
    // The other text is shortened too where the one that is named has too little to give.
    if (second == 0 || (strategy == Strategy.ONLY_FIRST && room - second > 0)) {
      return new int[] {room - second, second};
    }
    if (strategy == Strategy.ONLY_SECOND && room - first > 0) {
      return new int[] {first, room - first};
    }
    int half = room / 2;
    boolean firstIsLonger = first > second;
    int shorter = Math.min(first, second);
    // An odd token left over goes to the longer text, and to the second of equal ones.
    int least = shorter <= half ? shorter : half;
    return firstIsLonger ? new int[] {room - least, least} : new int[] {least, room - least};
  }

  /** Whether the token at an index stays, of so many of which so many are kept. */
  boolean keeps(int index, int tokens, int kept) {
    return side == TruncationSide.RIGHT ? index < kept : index >= tokens - kept;
  }
}
