package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;

/** Keys and values of the tokens already seen, one pair for each attention edge. */
public interface KeyValueCache {
  /** Appends new rows for an edge ({@code [new tokens, heads * head_dim]}). */
  void append(String edge, Tensor keys, Tensor values);

  /** All keys of an edge, {@code [all tokens, heads * head_dim]}; a view. */
  Tensor keys(String edge);

  /** All values of an edge, {@code [all tokens, heads * head_dim]}; a view. */
  Tensor values(String edge);
}
