package dev.statecraft.core.op;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;

/**
 * What is added to attention's scores: minus infinity where a query does not see a key. Keeps the
 * mask made last and owns it.
 */
final class ScoreMask {
  private final Torch torch;
  private final DType type;
  private final boolean causal;
  private Tensor last;

  ScoreMask(Torch torch, DType type, boolean causal) {
    this.torch = torch;
    this.type = type;
    this.causal = causal;
  }

  /**
   * The mask of a batch, or null where all is seen: {@code [1, queries, keys]} if causal, the
   * queries being those of the last keys; {@code [sequences, 1, keys]} if not. A causal mask hides
   * padded keys too, since they lie behind all others.
   */
  Tensor of(AttentionBatch batch) {
    if (causal) {
      int queries = batch.queries().length();
      return queries > 1 ? later(queries, batch.keys().length()) : null;
    }
    return batch.keys().isRagged() ? padding(batch.keys()) : null;
  }

  private Tensor later(long newTokens, long allTokens) {
    if (last == null || last.size(1) != newTokens || last.size(2) != allTokens) {
      close();
      try (Tensor full = torch.full(type, Double.NEGATIVE_INFINITY, 1, newTokens, allTokens)) {
        last = full.triu(allTokens - newTokens + 1);
      }
    }
    return last;
  }

  private Tensor padding(SequenceBatch batch) {
    int length = batch.length();
    double[] bias = new double[batch.sequences() * length];
    for (int i = 0; i < batch.sequences(); i++) {
      int start = i * length;
      Arrays.fill(bias, start + batch.lengths().get(i), start + length, Double.NEGATIVE_INFINITY);
    }
    close();
    last = torch.of(type, bias, batch.sequences(), 1, length);
    return last;
  }

  private void close() {
    if (last != null) {
      last.close();
    }
  }
}
