package dev.statecraft.tensor;

import java.util.Optional;

/**
 * Scaled dot-product attention of whole sequences that lie end to end, by kernels of one device.
 * Formulas: see {@code Attention} of the core module.
 */
public sealed interface SequenceAttention permits BlockedAttention, FlashAttention {
  /**
   * Attends.
   *
   * @param queries {@code [tokens, heads * head_dim]}
   * @param keys {@code [tokens, key_value_heads * head_dim]}
   * @param values as the keys
   * @return as the queries
   */
  Tensor forward(Tensor queries, Tensor keys, Tensor values);

  /**
   * Gradients from that of the output; those that are absent are not wanted.
   *
   * @param queryGradient written, as are the others
   * @param values may be absent where {@link BlockedAttention} is to give their gradient alone
   */
  void backward(
      Optional<Tensor> queryGradient,
      Optional<Tensor> keyGradient,
      Optional<Tensor> valueGradient,
      Tensor upstream,
      Tensor queries,
      Tensor keys,
      Optional<Tensor> values);
}
