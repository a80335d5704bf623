package dev.statecraft.formats.tokenizer;

import java.util.Arrays;

/**
 * Decodes ids one by one, for text that is shown while it is generated.
 *
 * <p>A token alone may be part of a character, and how it is spelled may depend on the tokens
 * before it. So text comes out only when later tokens can no longer change it: what all calls
 * return, joined, is what {@link Tokenizer#decode} gives for all ids at once. A few tokens are
 * decoded again at each call, however long the sequence. Not for use by several threads.
 */
public final class StreamingDecoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;

  /** Tokens whose text is out but which spell the next ones, then those whose text is not out. */
  private int[] window = new int[16];

  private int size;

  /** How many tokens of the window are of the first kind. */
  private int shown;

  /** A decoder at the start of a sequence; it uses the tokenizer but does not close it. */
  public StreamingDecoder(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  /**
   * Takes the next id.
   *
   * @return the text that is now certain, often empty
   * @throws IllegalArgumentException if the id is negative
   */
  public String add(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("id " + id + " is no token");
    }
    Vocabulary vocabulary = tokenizer.vocabulary();
    if (!vocabulary.isKnown(id) || (skipSpecialTokens && vocabulary.isSpecial(id))) {
      return "";
    }
    if (size == window.length) {
      window = Arrays.copyOf(window, 2 * size);
    }
    window[size++] = id;
    // A run of byte tokens is decoded as a whole, and one wrong byte spoils all of it.
    if (vocabulary.isByte(id)) {
      return "";
    }
    String text = text(size);
    if (text.isEmpty() || text.charAt(text.length() - 1) == REPLACEMENT) {
      return "";
    }
    String fresh = text.substring(text(shown).length());
    if (!fresh.isEmpty()) {
      window = Arrays.copyOfRange(window, shown, Math.max(size, shown + 16));
      size -= shown;
      shown = size;
    }
    return fresh;
  }

  /**
   * Ends the sequence.
   *
   * @return the text that was held back, with U+FFFD for characters that stayed incomplete; the
   *     decoder is then at the start of a new sequence
   */
  public String finish() {
    String rest = text(size).substring(text(shown).length());
    size = 0;
    shown = 0;
    return rest;
  }

  private String text(int tokens) {
    return tokenizer.decode(Arrays.copyOf(window, tokens), skipSpecialTokens);
  }
}
