package dev.statecraft.formats.tokenizer;

import java.util.Arrays;

/**
 * Two texts as one sequence of tokens.
 *
 * @param ids token ids, {@code [tokens]}
 * @param typeIds which text each token belongs to, {@code [tokens]}: 0 or 1, or always 0 in models
 *     that do not tell the texts apart (RoBERTa)
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, and compared by content
public record EncodedPair(int[] ids, int[] typeIds) {
  /**
   * Copies.
   *
   * @throws IllegalArgumentException if the lengths differ
   */
  public EncodedPair {
    if (ids.length != typeIds.length) {
      throw new IllegalArgumentException(ids.length + " ids, but " + typeIds.length + " type ids");
    }
    ids = ids.clone();
    typeIds = typeIds.clone();
  }

  @Override
  public int[] ids() {
    return ids.clone();
  }

  @Override
  public int[] typeIds() {
    return typeIds.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EncodedPair that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(typeIds, that.typeIds);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(typeIds);
  }

  @Override
  public String toString() {
    return "ids " + Arrays.toString(ids) + ", type ids " + Arrays.toString(typeIds);
  }
}
