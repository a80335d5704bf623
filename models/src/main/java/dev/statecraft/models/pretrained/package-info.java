/**
 * Pretrained models as one opens them: configuration, weights and tokenizer of a Hugging Face
 * folder in a {@link dev.statecraft.models.pretrained.PretrainedModel}, and what a checkpoint has
 * too much, too little or in another shape in a {@link
 * dev.statecraft.models.pretrained.CheckpointReport}.
 */
package dev.statecraft.models.pretrained;
