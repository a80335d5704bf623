/**
 * Text from causal language models, tuned or not.
 *
 * <p>A tour. {@link dev.statecraft.models.generate.TextGenerator} turns a prompt into token ids,
 * lets the model see them in one pass and then adds one token at a time; a {@link
 * dev.statecraft.models.generate.GrowingCache} keeps the keys and values of the tokens already
 * seen, so that each pass has the new tokens only. A {@link dev.statecraft.models.generate.Sampler}
 * chooses the next token from the model's scores, {@link
 * dev.statecraft.models.generate.SpecialTokens} says which token begins a text and which end it,
 * and a {@link dev.statecraft.models.generate.Generation} is what came out. A {@link
 * dev.statecraft.models.generate.Dialogue} goes on turn by turn and keeps the cache between them.
 */
package dev.statecraft.models.generate;
