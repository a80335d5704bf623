package dev.statecraft.formats.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.util.Arrays;

/**
 * A text's tokens and where they are in it. Tokens of parts of a character all have the whole
 * character.
 *
 * @param ids token ids, {@code [tokens]}
 * @param starts index of the first {@code char} of each token, {@code [tokens]}
 * @param ends index after the last {@code char} of each token, {@code [tokens]}
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, and compared by content
public record TokenSpans(int[] ids, int[] starts, int[] ends) {
  /**
   * Copies.
   *
   * @throws IllegalArgumentException if the lengths differ
   */
  public TokenSpans {
    if (ids.length != starts.length || ids.length != ends.length) {
      throw new IllegalArgumentException(
          ids.length + " ids, " + starts.length + " starts, " + ends.length + " ends");
    }
    ids = ids.clone();
    starts = starts.clone();
    ends = ends.clone();
  }

  /** From the library's spans, which count code points. */
  static TokenSpans of(String text, int[] ids, CharSpan[] spans) {
    int[] chars = new int[text.codePointCount(0, text.length()) + 1];
    for (int i = 0, at = 0; i < chars.length; i++) {
      chars[i] = at;
      at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
    }
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    for (int t = 0; t < ids.length; t++) {
      // A token that stands for no text is put at the end of the one before it.
      int before = t == 0 ? 0 : ends[t - 1];
      starts[t] = spans[t] == null ? before : chars[spans[t].getStart()];
      ends[t] = spans[t] == null ? before : chars[spans[t].getEnd()];
    }
    return new TokenSpans(ids, starts, ends);
  }

  @Override
  public int[] ids() {
    return ids.clone();
  }

  @Override
  public int[] starts() {
    return starts.clone();
  }

  @Override
  public int[] ends() {
    return ends.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSpans that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(starts, that.starts)
        && Arrays.equals(ends, that.ends);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(starts);
  }

  @Override
  public String toString() {
    return "ids "
        + Arrays.toString(ids)
        + ", starts "
        + Arrays.toString(starts)
        + ", ends "
        + Arrays.toString(ends);
  }
}
