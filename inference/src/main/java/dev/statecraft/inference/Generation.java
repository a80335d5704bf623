package dev.statecraft.inference;

import java.util.Arrays;

/**
 * A generated text.
 *
 * @param ids the prompt's tokens and the new ones, the one that ended the text included
 * @param text prompt and completion, without special tokens
 * @param completion what was added to the prompt; the pieces that were handed out, joined
 * @param promptTokens tokens of the prompt, BOS included
 * @param newTokens tokens that were generated, the one that ended the text included
 * @param ending why it stopped
 * @param seconds from the first pass to the last piece of text
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, and compared by content
public record Generation(
    int[] ids,
    String text,
    String completion,
    int promptTokens,
    int newTokens,
    Ending ending,
    double seconds) {
  /** Why a generation stopped. */
  public enum Ending {
    /** The model ended the text. */
    END_OF_TEXT,
    /** As many tokens as were asked for. */
    MAX_NEW_TOKENS,
    /** Prompt and new tokens together fill {@code max_position_embeddings}. */
    CONTEXT_FULL,
    /** As the caller asked. */
    STOPPED
  }

  /** Copies. */
  public Generation {
    ids = ids.clone();
  }

  @Override
  public int[] ids() {
    return ids.clone();
  }

  /** Whether the model itself ended the text. */
  public boolean endedByEos() {
    return ending == Ending.END_OF_TEXT;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Generation that
        && Arrays.equals(ids, that.ids)
        && text.equals(that.text)
        && completion.equals(that.completion)
        && promptTokens == that.promptTokens
        && newTokens == that.newTokens
        && ending == that.ending
        && Double.compare(seconds, that.seconds) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + text.hashCode();
  }

  @Override
  public String toString() {
    return "%d + %d tokens, %s, %.2f s: %s"
        .formatted(promptTokens, newTokens, ending, seconds, text);
  }
}
