package dev.statecraft.core.op;

/**
 * Sequences whose attention is computed together: where their queries lie, and where the keys and
 * values do that those see. The same for both where a sequence attends to itself.
 *
 * @param queries along the axis of the queries
 * @param keys the same sequences along the axis of keys and values
 */
record AttentionBatch(SequenceBatch queries, SequenceBatch keys) {
  /** Sequences that attend to themselves. */
  static AttentionBatch self(SequenceBatch both) {
    return new AttentionBatch(both, both);
  }

  int sequences() {
    return queries.sequences();
  }
}
