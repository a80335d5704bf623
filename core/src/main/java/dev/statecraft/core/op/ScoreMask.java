package dev.statecraft.core.op;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.AttentionRule;
import java.util.Arrays;

/**
 * What is added to attention's scores: minus infinity where a query does not see a key. Keeps the
 * mask made last and owns it.
 */
final class ScoreMask {
  private final Torch torch;
  private final DType type;
  private final AttentionRule rule;
  private Tensor last;

  ScoreMask(Torch torch, DType type, AttentionRule rule) {
    this.torch = torch;
    this.type = type;
    this.rule = rule;
  }

  /**
   * The mask of a batch, or null where all is seen: {@code [1, queries, keys]} if causal, the
   * queries being those of the last keys; {@code [sequences, 1, keys]} if not, or {@code [sequences
   * or 1, keys, keys]} within a window. A causal mask hides padded keys too, since they lie behind
   * all others.
   */
  Tensor of(AttentionBatch batch) {
    int queries = batch.queries().length();
    int keys = batch.keys().length();
    if (rule.causal()) {
      return queries > 1 || rule.isWindowed(keys) ? band(queries, keys) : null;
    }
    if (!batch.keys().isRagged()) {
      return rule.isWindowed(keys) ? band(queries, keys) : null;
    }
    return rule.isWindowed(keys) ? both(band(queries, keys), batch.keys()) : padding(batch.keys());
  }

  /** Hides keys that lie too far behind, and those too far ahead or, if causal, all ahead. */
  private Tensor band(long newTokens, long allTokens) {
    if (last == null
        || last.size(0) != 1
        || last.size(1) != newTokens
        || last.size(2) != allTokens) {
      close();
      long seen = allTokens - newTokens;
      try (Tensor full = torch.full(type, Double.NEGATIVE_INFINITY, 1, newTokens, allTokens)) {
        last = full.triu(seen + (rule.causal() ? 1 : rule.window()));
        if (rule.isWindowed(allTokens)) {
          try (Tensor behind = full.tril(seen - rule.window())) {
            last.addInPlace(behind);
          }
        }
      }
    }
    return last;
  }

  /** Rows behind a sequence see all, so that they too have a key and their softmax is a number. */
  private Tensor both(Tensor band, SequenceBatch batch) {
    Tensor bias = torch.empty(type, batch.sequences(), batch.length(), batch.length());
    bias.copyFrom(band.expand(bias.shape()));
    bias.addInPlace(padding(batch));
    for (int i = 0; i < batch.sequences(); i++) {
      int length = batch.lengths().get(i);
      try (Tensor sequence = bias.select(0, i);
          Tensor behind = sequence.narrow(0, length, (long) batch.length() - length)) {
        behind.zero();
      }
    }
    close();
    last = bias;
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
