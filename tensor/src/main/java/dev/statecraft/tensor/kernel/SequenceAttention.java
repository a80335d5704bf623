package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Tensor;
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
   * @param values may be absent where kernels of the CPU are to give their gradient alone
   */
  void backward(
      Optional<Tensor> queryGradient,
      Optional<Tensor> keyGradient,
      Optional<Tensor> valueGradient,
      Tensor upstream,
      Tensor queries,
      Tensor keys,
      Optional<Tensor> values);

  /**
   * Length of the longest of sequences that lie end to end.
   *
   * @param offsets first token of each, then the number of tokens
   */
  static int longest(int[] offsets) {
    int longest = 0;
    for (int i = 1; i < offsets.length; i++) {
      longest = Math.max(longest, offsets[i] - offsets[i - 1]);
    }
    return longest;
  }
}
