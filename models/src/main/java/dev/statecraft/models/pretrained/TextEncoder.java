package dev.statecraft.models.pretrained;

import dev.statecraft.formats.tokenizer.FittedTokens;
import dev.statecraft.formats.tokenizer.TokenIds;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.family.TokenInput;
import java.util.Arrays;
import java.util.Optional;

/**
 * Makes of texts what an encoder reads; on any thread.
 *
 * @param tokenizer the encoder's; not closed
 * @param input how the encoder reads texts
 * @param maxLength the most tokens of a text or pair
 */
public record TextEncoder(Tokenizer tokenizer, TokenInput input, int maxLength) {
  /**
   * Limits the length to what the encoder has positions for.
   *
   * @param maxLength the most tokens that are wanted
   */
  public TextEncoder {
    maxLength = Math.min(maxLength, input.maxTokens());
  }

  /**
   * A text as the encoder reads it.
   *
   * @param text its tokens
   * @param wholeLength how many it had before it was shortened
   */
  public record Encoded(EncodedText text, int wholeLength) {}

  /**
   * Encodes a text or a pair, shortened as the tokenizer says, see {@link
   * dev.statecraft.formats.tokenizer.Truncation}.
   *
   * @param where the text is, for messages
   * @throws dev.statecraft.base.InvalidInputException if the encoder has no row for a token or its
   *     type, or special tokens alone are too long
   */
  public Encoded encode(String text, Optional<String> pair, String where) {
    FittedTokens fitted = tokenizer.encode(text, pair, maxLength);
    int[] ids = fitted.tokens().ids();
    int[] types = fitted.tokens().typeIds();
    TokenIds.check(ids, input.vocabSize(), where);
    if (input.typeVocabSize() <= 1) {
      // Such a model does not tell two texts apart, whatever its tokenizer does.
      Arrays.fill(types, 0);
    }
    TokenIds.checkTypes(types, Math.max(1, input.typeVocabSize()), where);
    return new Encoded(
        new EncodedText(Arrays.stream(ids).boxed().toList(), Arrays.stream(types).boxed().toList()),
        fitted.wholeLength());
  }
}
