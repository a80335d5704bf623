package dev.statecraft.adapters;

import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Slices of a tensor that are saved.
 *
 * @param dim along which
 * @param indices ascending
 */
record Slices(int dim, List<Integer> indices) {
  Slices {
    indices = List.copyOf(indices);
  }

  /** Those for which something holds. */
  static Slices where(List<Boolean> holds, int dim) {
    return new Slices(dim, IntStream.range(0, holds.size()).filter(holds::get).boxed().toList());
  }

  /** They alone, one or more, in a tensor of the current scope. */
  Tensor of(Tensor whole) {
    return whole.indexSelect(
        dim,
        whole.torch().of(indices.stream().mapToLong(Integer::longValue).toArray(), indices.size()));
  }
}
