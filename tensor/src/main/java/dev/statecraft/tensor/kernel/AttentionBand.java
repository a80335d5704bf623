package dev.statecraft.tensor.kernel;

/**
 * Which keys blocks of queries see in a sequence, and how their scores lie in memory: row after
 * row, block after block, each row's columns being the keys. Within a window only columns near the
 * diagonal are computed, and rows lie no further apart than a block has columns, so that memory and
 * work are those of the band: where a row has no columns, others have theirs.
 *
 * <p>A window is rounded up to whole blocks, so that blocks of keys are seen by whole blocks of
 * queries. Rows of two blocks do not meet: with blocks of s positions and a window of w, rows lie
 * {@code s + w} apart (causal; {@code s + 2 w} if not), and a block's columns begin w before its
 * first position.
 *
 * @param rule which keys a query sees
 * @param block positions in one block
 * @param n tokens of the sequence
 */
record AttentionBand(AttentionRule rule, int block, int n) {
  /** The first key that a block computes scores of. */
  int firstKey(int from) {
    return rule.isWindowed(n) ? Math.max(0, from - reach()) : 0;
  }

  /** Behind the last one. */
  int endKey(int from, int count) {
    if (rule.causal()) {
      return from + count;
    }
    return rule.isWindowed(n) ? end(from) : n;
  }

  /** The first position of queries that see a block of keys. */
  int firstQuery(int from) {
    if (rule.causal()) {
      return from;
    }
    return rule.isWindowed(n) ? Math.max(0, from - reach()) : 0;
  }

  /** Behind the last one. */
  int endQuery(int from) {
    return rule.isWindowed(n) ? end(from) : n;
  }

  private int end(int from) {
    return (int) Math.min(n, (long) from + block + reach());
  }

  /** How many positions back the farthest block lies that is seen. */
  private int reach() {
    return (int) Math.min(n, ((long) rule.window() - 2 + block) / block * block);
  }

  /** The first key that the query at a position sees. */
  int firstSeen(int position) {
    return rule.isWindowed(n) ? Math.max(0, position - rule.window() + 1) : 0;
  }

  /** Behind the last one. */
  int endSeen(int position) {
    if (rule.causal()) {
      return position + 1;
    }
    return rule.isWindowed(n) ? (int) Math.min(n, (long) position + rule.window()) : n;
  }

  /** How far rows lie apart: the most columns that a block has. */
  long stride() {
    if (!rule.isWindowed(n)) {
      return n;
    }
    return Math.min(n, block + (rule.causal() ? 1L : 2L) * reach());
  }

  /** Elements of so many rows. */
  long elements(long rows) {
    return (rows - 1) * stride() + n;
  }
}
