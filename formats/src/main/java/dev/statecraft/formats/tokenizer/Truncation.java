package dev.statecraft.formats.tokenizer;

/**
 * How texts that are too long are shortened; special tokens around them always stay. The longer
 * text of a pair gives tokens until both are of one length, then both do: so transformers has it
 * when it is told to truncate, whatever {@code strategy} a {@code tokenizer.json} names. The
 * lengths are those of the Rust library {@code tokenizers}, and so of transformers' fast
 * tokenizers.
 *
 * @param side where tokens are taken from
 */
public record Truncation(TruncationSide side) {
  /** What transformers does where nothing says otherwise. */
  public static final Truncation DEFAULT = new Truncation(TruncationSide.RIGHT);

  /**
   * How many tokens of each text stay.
   *
   * @param first tokens of the first text
   * @param second tokens of the second text; 0 without one
   * @param room how many may stay of both, at least 1 and less than there are
   * @return {@code [first, second]}
   */
  int[] kept(int first, int second, int room) {
    if (second == 0) {
      return new int[] {room, 0};
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
