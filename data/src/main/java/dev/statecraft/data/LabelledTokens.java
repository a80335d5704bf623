package dev.statecraft.data;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * An example for a causal language model.
 *
 * @param ids token ids, {@code [tokens]}
 * @param labels {@code [tokens]}: the token's own id where it is learned, {@link #IGNORED} where it
 *     is not. They are <em>not</em> shifted: the output at position {@code t - 1} is to predict
 *     {@code labels[t]}. {@code labels[0]} is never learned, as no position comes before it.
 */
@SuppressWarnings("ArrayRecordComponent") // copied and compared by content; a list would box tokens
public record LabelledTokens(int[] ids, int[] labels) {
  /** The label of a token that is not in the loss. */
  public static final int IGNORED = -100;

  /** One integer a token: its id, and the sign bit where it is learned. */
  static final ExampleStore.Codec<LabelledTokens> CODEC =
      new ExampleStore.Codec<>() {
        @Override
        public int[] integers(LabelledTokens example) {
          int[] integers = example.ids();
          for (int t = 0; t < integers.length; t++) {
            integers[t] |= example.labels[t] == IGNORED ? 0 : Integer.MIN_VALUE;
          }
          return integers;
        }

        @Override
        public LabelledTokens example(int[] integers) {
          int[] ids = new int[integers.length];
          int[] labels = new int[integers.length];
          for (int t = 0; t < integers.length; t++) {
            ids[t] = integers[t] & Integer.MAX_VALUE;
            labels[t] = integers[t] < 0 ? ids[t] : IGNORED;
          }
          return new LabelledTokens(ids, labels);
        }

        @Override
        public int length(LabelledTokens example) {
          return example.length();
        }
      };

  /**
   * Checks and copies the arrays.
   *
   * @throws IllegalArgumentException if the lengths differ, or a label is neither its token's id
   *     nor {@link #IGNORED}, or the first token is labelled
   */
  public LabelledTokens {
    if (ids.length != labels.length) {
      throw new IllegalArgumentException(ids.length + " ids, but " + labels.length + " labels");
    }
    for (int t = 0; t < ids.length; t++) {
      if (labels[t] != IGNORED && (t == 0 || labels[t] != ids[t])) {
        throw new IllegalArgumentException(
            "label " + labels[t] + " at position " + t + " whose token is " + ids[t]);
      }
    }
    ids = ids.clone();
    labels = labels.clone();
  }

  /** A copy of the token ids. */
  @Override
  public int[] ids() {
    return ids.clone();
  }

  /** A copy of the labels. */
  @Override
  public int[] labels() {
    return labels.clone();
  }

  /** The number of tokens. */
  public int length() {
    return ids.length;
  }

  /** The number of tokens that are in the loss. */
  public int learned() {
    int learned = 0;
    for (int label : labels) {
      if (label != IGNORED) {
        learned++;
      }
    }
    return learned;
  }

  /** The first tokens, at most this many; the same example if it is no longer than that. */
  public LabelledTokens truncated(int maxLength) {
    return length() <= maxLength
        ? this
        : new LabelledTokens(Arrays.copyOf(ids, maxLength), Arrays.copyOf(labels, maxLength));
  }

  /**
   * The last tokens, at most this many; the same example if it is no longer than that.
   *
   * @param kept the first token, where it stays: one that begins every text
   */
  public LabelledTokens lastTokens(int maxLength, OptionalInt kept) {
    if (length() <= maxLength) {
      return this;
    }
    int from = length() - maxLength;
    int[] last = Arrays.copyOfRange(ids, from, length());
    int[] learned = Arrays.copyOfRange(labels, from, length());
    if (kept.isPresent() && ids[0] == kept.getAsInt()) {
      last[0] = ids[0];
    }
    // Nothing comes before it from which it could be predicted.
    learned[0] = IGNORED;
    return new LabelledTokens(last, learned);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelledTokens that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(labels, that.labels);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(labels);
  }

  @Override
  public String toString() {
    return "LabelledTokens[ids="
        + Arrays.toString(ids)
        + ", labels="
        + Arrays.toString(labels)
        + "]";
  }
}
