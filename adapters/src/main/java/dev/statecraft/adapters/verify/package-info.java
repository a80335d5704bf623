/**
 * Whether two models give the same logits.
 *
 * <p>A tour. {@link dev.statecraft.adapters.verify.Prompts} are the texts (or, for a model without
 * a tokenizer, token ids, and for one of images, pictures) that both models read. {@link
 * dev.statecraft.adapters.verify.LogitsComparison} runs one model after the other, so that only one
 * is in memory, keeps the first one's logits in a file, and gives a {@link
 * dev.statecraft.adapters.verify.PromptAgreement} for each prompt.
 */
package dev.statecraft.adapters.verify;
