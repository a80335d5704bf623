/**
 * The operations of pretrained transformers, one to a file: forward, hand-written backward, formula
 * and source.
 *
 * <p>A tour. Into the stream of tokens: {@link dev.statecraft.core.op.Embedding}, {@link
 * dev.statecraft.core.op.Patches} with {@link dev.statecraft.core.op.ClassToken}; tokens with rows
 * of their own: {@link dev.statecraft.core.op.TokenRows}, {@link
 * dev.statecraft.core.op.TokenScores}. Inside a layer: {@link dev.statecraft.core.op.RmsNorm},
 * {@link dev.statecraft.core.op.LayerNorm}, {@link dev.statecraft.core.op.Linear}, {@link
 * dev.statecraft.core.op.RotaryTable} and {@link dev.statecraft.core.op.Rotary}, {@link
 * dev.statecraft.core.op.Attention}, {@link dev.statecraft.core.op.Glu}, {@link
 * dev.statecraft.core.op.Activation}, {@link dev.statecraft.core.op.Add}. Out of it: {@link
 * dev.statecraft.core.op.FirstToken}, {@link dev.statecraft.core.op.MeanTokens}, and the losses
 * {@link dev.statecraft.core.op.CausalLmLoss}, {@link dev.statecraft.core.op.CrossEntropyLoss} and
 * {@link dev.statecraft.core.op.MeanSquaredErrorLoss}.
 *
 * <p>What they have in common: tokens are rows ({@code [tokens, features]}, no padding), inputs may
 * be column slices of a wider buffer, statistics and sums are computed in the {@linkplain
 * dev.statecraft.tensor.DType#master() master type}, no value is ever read to the host (what
 * depends on lengths follows the layout), and a backward computes only what is wanted. In the
 * formulas {@code d} before a name is the gradient of the loss with respect to it, and {@code y} is
 * the output.
 */
package dev.statecraft.core.op;
