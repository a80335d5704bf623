/**
 * Text from causal language models, tuned or not.
 *
 * <p>A tour. {@link dev.statecraft.inference.TextGenerator} turns a prompt into token ids, lets the
 * model see them in one pass and then adds one token at a time; a {@link
 * dev.statecraft.inference.GrowingCache} keeps the keys and values of the tokens already seen, as
 * far as later ones see them, so that each pass has the new tokens only ({@link
 * dev.statecraft.inference.CachedDecoding} is such a text). A {@link
 * dev.statecraft.inference.Sampler} chooses the next token from the model's scores, {@link
 * dev.statecraft.formats.tokenizer.SpecialTokens} says which token begins a text and which end it,
 * and a {@link dev.statecraft.inference.Generation} is what came out. A {@link
 * dev.statecraft.inference.Dialogue} goes on turn by turn and keeps the cache between them.
 */
package dev.statecraft.inference;
