package dev.statecraft.core.op;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;

/**
 * The columns of some tokens among scores {@code [rows, vocab]}.
 *
 * @param tokens their ids, each once
 */
record TokenColumns(List<Integer> tokens) {
  /** Writes {@code own [rows, tokens]} over these columns. */
  void set(Tensor scores, Tensor own) {
    scores.indexCopyInPlace(1, index(scores.torch()), own);
  }

  /** The columns {@code [rows, tokens]}, in whose place zeros remain. */
  Tensor take(Tensor scores) {
    Tensor index = index(scores.torch());
    Tensor taken = scores.indexSelect(1, index);
    scores.indexCopyInPlace(1, index, taken.torch().zeros(taken.dtype(), taken.shape()));
    return taken;
  }

  /** The columns {@code [rows, tokens]}. */
  Tensor of(Tensor scores) {
    return scores.indexSelect(1, index(scores.torch()));
  }

  private Tensor index(Torch torch) {
    return torch
        .constants()
        .of(
            this,
            () -> torch.of(tokens.stream().mapToLong(Integer::longValue).toArray(), tokens.size()));
  }
}
