package dev.statecraft.core.graph;

import java.util.Arrays;

/**
 * How the sequences of a batch lie along an {@link Axis}: sequence i has the tokens (or whatever
 * the axis is of) {@code offset(i)} to {@code offset(i + 1)}, end to end, without padding.
 */
public final class Layout {
  private final int[] offsets;
  private final int[] prompts;

  private Layout(int[] offsets, int[] prompts) {
    this.offsets = offsets;
    this.prompts = prompts;
  }

  /**
   * A layout from the lengths of its sequences.
   *
   * @throws IllegalArgumentException if there is no sequence or one is empty
   */
  public static Layout ofLengths(int... lengths) {
    if (lengths.length == 0) {
      throw new IllegalArgumentException("a batch: expected at least one sequence, found none");
    }
    int[] offsets = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] <= 0) {
        throw new IllegalArgumentException(
            "sequence " + i + ": expected at least one token, found " + lengths[i]);
      }
      offsets[i + 1] = Math.addExact(offsets[i], lengths[i]);
    }
    return new Layout(offsets, lengths.clone());
  }

  /**
   * A layout of sequences of one length.
   *
   * @throws IllegalArgumentException if there is no sequence or they are empty
   */
  public static Layout even(int sequences, int length) {
    int[] lengths = new int[sequences];
    Arrays.fill(lengths, length);
    return ofLengths(lengths);
  }

  public int sequences() {
    return offsets.length - 1;
  }

  public int tokens() {
    return offsets[offsets.length - 1];
  }

  public int offset(int sequence) {
    return offsets[sequence];
  }

  public int length(int sequence) {
    return offsets[sequence + 1] - offsets[sequence];
  }

  /**
   * The same, with how many of each sequence's first tokens are its prompt: what is given, before
   * the first token that is learned.
   *
   * @throws IllegalArgumentException if there is not one number for each sequence, or one is more
   *     than the sequence has tokens, or below 0
   */
  public Layout withPrompts(int... tokens) {
    if (tokens.length != sequences()) {
      throw new IllegalArgumentException(
          "prompts: expected one of each of " + sequences() + " sequences, found " + tokens.length);
    }
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] > length(i)) {
        throw new IllegalArgumentException(
            "prompt " + i + ": expected 0 to " + length(i) + " tokens, found " + tokens[i]);
      }
    }
    return new Layout(offsets, tokens.clone());
  }

  /** How many of a sequence's first tokens are its prompt; all, where nothing else is known. */
  public int prompt(int sequence) {
    return prompts[sequence];
  }

  /** Length of the longest sequence. */
  public int longest() {
    int longest = 0;
    for (int i = 0; i < sequences(); i++) {
      longest = Math.max(longest, length(i));
    }
    return longest;
  }

  /** Index of each sequence's first token. */
  public int[] firstTokens() {
    return Arrays.copyOf(offsets, sequences());
  }

  /** For every token, the index of its sequence. */
  public int[] sequenceOfToken() {
    int[] owner = new int[tokens()];
    for (int i = 0; i < sequences(); i++) {
      Arrays.fill(owner, offsets[i], offsets[i + 1], i);
    }
    return owner;
  }

  /** Whether sequences lie in the same way, whatever their prompts are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Layout layout && Arrays.equals(offsets, layout.offsets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(offsets);
  }

  @Override
  public String toString() {
    return "offsets " + Arrays.toString(offsets);
  }
}
