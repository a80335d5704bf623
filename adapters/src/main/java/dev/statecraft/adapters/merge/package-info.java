/**
 * What was trained, as a model's own weights: LoRA, DoRA, VeRA, AdaLoRA, QA-LoRA and IA3 merged
 * into the linears that they tune, BitFit into their biases, heads and all weights of full tuning
 * in place of the model's.
 *
 * <p>A tour. {@link dev.statecraft.adapters.merge.Merge} knows which tensors of a checkpoint change
 * and how: {@code MergedLinear} is one linear's {@code W + s B A} or {@code m (W + s B A) / |W + s
 * B A|}, and {@code HeldLinear} one of a base in 4 bits ({@link
 * dev.statecraft.adapters.merge.ZeroPoints}), whose zero points are moved. {@code MergedTensors}
 * streams a tensor from the checkpoint to the new file, some rows at a time, so that neither a
 * shard nor even a whole tensor is ever in memory. {@link
 * dev.statecraft.adapters.merge.MergedModel} writes the folder: the same shards, their index, the
 * configuration ({@code MergedConfig}) and the tokenizer's files ({@link
 * dev.statecraft.adapters.merge.BaseFiles}).
 */
package dev.statecraft.adapters.merge;
