/**
 * Model families: how a configuration becomes a graph of states.
 *
 * <p>A tour. A {@link dev.statecraft.models.family.ModelConfig} makes a {@link
 * dev.statecraft.models.family.Backbone}, which builds the graph up to the last state and tells all
 * that others must know of its family: default targets, how control starts, names in checkpoints,
 * in PEFT and in the paper's files. Each family is a package below this one and nothing else knows
 * it, but for the list in {@code models.pretrained.Families}. Heads and objectives, which attach to
 * any backbone, are in {@code models.head}. What a backbone reads says its {@link
 * dev.statecraft.models.family.ModelInput}; {@link dev.statecraft.models.family.TokenBatches} and
 * {@link dev.statecraft.models.family.ImageBatches} lay data out so. {@link
 * dev.statecraft.models.family.CheckpointWeights} reads the weights.
 */
package dev.statecraft.models.family;
