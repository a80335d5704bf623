package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;

/** Keys and values of the tokens already seen, one pair for each attention edge. */
public interface KeyValueCache {
  /** Appends new rows for an edge ({@code [new tokens, heads * head_dim]}). */
  void append(String edge, Tensor keys, Tensor values);

  /** The keys of an edge that are held, {@code [held tokens, heads * head_dim]}; a view. */
  Tensor keys(String edge);

  /** The values of an edge that are held, {@code [held tokens, heads * head_dim]}; a view. */
  Tensor values(String edge);

  /**
   * Says that later tokens see only the last of an edge's rows: from now on those are held, as far
   * as there are as many, and no others.
   *
   * @param tokens how many, the same each time
   */
  void keepLast(String edge, int tokens);
}
