package dev.statecraft.data;

/** The one thing that this package needs of a tokenizer. */
@FunctionalInterface
public interface TokenEncoder {

  /**
   * Token ids of a text.
   *
   * @param addSpecialTokens whether the tokenizer adds what its post-processor adds (BOS, [CLS]...)
   */
  int[] encode(String text, boolean addSpecialTokens);
}
