package dev.statecraft.core.op;

import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * Consecutive sequences worked on together, the shorter ones padded to the longest.
 *
 * @param offset first token
 * @param lengths tokens of each sequence
 */
record SequenceBatch(int offset, List<Integer> lengths) {
  SequenceBatch {
    lengths = List.copyOf(lengths);
  }

  /** Consecutive sequences of one length. */
  static SequenceBatch even(int offset, int sequences, int length) {
    return new SequenceBatch(offset, java.util.Collections.nCopies(sequences, length));
  }

  int sequences() {
    return lengths.size();
  }

  /** Tokens of each sequence with padding. */
  int length() {
    int longest = 0;
    for (int length : lengths) {
      longest = Math.max(longest, length);
    }
    return longest;
  }

  /** Tokens without padding. */
  int tokens() {
    int tokens = 0;
    for (int length : lengths) {
      tokens += length;
    }
    return tokens;
  }

  /** Whether there is padding. */
  boolean isRagged() {
    return tokens() < sequences() * length();
  }

  /** This batch's rows of a tensor {@code [tokens, features]}, without padding; a view. */
  Tensor rows(Tensor all) {
    return all.narrow(0, offset, tokens());
  }

  /**
   * This batch's rows of a tensor {@code [tokens, features]} as {@code [sequences * length,
   * features]}: a view, or a copy with rows of zeros behind each shorter sequence.
   */
  Tensor padded(Tensor all) {
    if (!isRagged()) {
      return rows(all);
    }
    Tensor result = all.torch().zeros(all.dtype(), (long) sequences() * length(), all.size(1));
    try (Scope scope = all.torch().scope()) {
      result.indexCopyInPlace(0, all.torch().ofInts(places()), rows(all));
    }
    return result;
  }

  /** Where results of the form {@code [sequences * length, features]} are to be written. */
  Tensor paddedTarget(Tensor all) {
    return isRagged()
        ? all.torch().empty(all.dtype(), (long) sequences() * length(), all.size(1))
        : rows(all);
  }

  /** Copies what was written into a {@link #paddedTarget}, all but the padding, to its place. */
  void unpad(Tensor padded, Tensor all) {
    if (isRagged()) {
      try (Scope scope = all.torch().scope()) {
        rows(all).copyFrom(padded.indexSelect(0, all.torch().ofInts(places())));
      }
    }
  }

  /** For every token, its row among the padded ones. */
  private int[] places() {
    int[] places = new int[tokens()];
    int length = length();
    int token = 0;
    for (int i = 0; i < sequences(); i++) {
      for (int t = 0; t < lengths.get(i); t++) {
        places[token++] = i * length + t;
      }
    }
    return places;
  }
}
