package dev.statecraft.formats.tokenizer;

/**
 * A text, or a pair of texts, of at most so many tokens.
 *
 * @param tokens what is left of it, special tokens included
 * @param wholeLength how many tokens it has without a limit
 */
public record FittedTokens(EncodedPair tokens, int wholeLength) {}
