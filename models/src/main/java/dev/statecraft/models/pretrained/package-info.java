/**
 * Pretrained models as one opens them: configuration, weights and tokenizer of a Hugging Face
 * folder in a {@link dev.statecraft.models.pretrained.PretrainedModel}, and what a checkpoint has
 * too much, too little or in another shape in a {@link
 * dev.statecraft.models.pretrained.CheckpointReport}.
 *
 * <p>{@link dev.statecraft.models.pretrained.TextPart} finds the language model in the
 * configuration of one that also sees or hears, {@code CanonicalNames} in its checkpoint: it takes
 * away the {@code WrapperPrefix} of its names, and {@code Projections} cuts or joins linears that
 * are there in other pieces.
 */
package dev.statecraft.models.pretrained;
