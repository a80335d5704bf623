package dev.statecraft.inference;

import dev.statecraft.tensor.Tensor;

/**
 * Rows of one edge, those of the last tokens, in a buffer {@code [capacity, features]}. A full
 * buffer is replaced by one of twice its rows, so that a row is moved less than twice on average.
 *
 * <p>If only the last rows are seen, they slide through a buffer of twice as many, and come back to
 * its beginning when they have reached its end: a row is moved once on average. The rows behind
 * them lie there until then, so that a text can go back by some tokens.
 */
final class CachedRows {
  /** Of {@link #seen}: all of them. */
  private static final int ALL = Integer.MAX_VALUE;

  private Tensor buffer;

  /** Token of the buffer's first row. */
  private long base;

  /** Rows of the buffer in use, and the first of them that is seen. */
  private long used;

  private long first;

  /** How many of the last rows later tokens see. */
  private int seen = ALL;

  CachedRows(Tensor like, int capacity) {
    buffer = sized(like, Math.max(capacity, like.size(0)));
  }

  private static Tensor sized(Tensor like, long capacity) {
    return like.torch().empty(like.dtype(), capacity, like.size(1)).escape();
  }

  void append(Tensor rows) {
    long total = used - first + rows.size(0);
    if (used + rows.size(0) > buffer.size(0)) {
      boolean slides = total <= buffer.size(0) && first >= used - first;
      moveTo(slides ? buffer : sized(buffer, grown(total)));
    }
    try (Tensor place = buffer.narrow(0, used, rows.size(0))) {
      place.copyFrom(rows);
    }
    used += rows.size(0);
  }

  private long grown(long total) {
    return Math.max(total, Math.min(2 * buffer.size(0), most()));
  }

  /** Rows of the largest buffer that is kept. */
  private long most() {
    return seen == ALL ? Long.MAX_VALUE : 2L * (seen + 1);
  }

  /** Moves the rows that are seen to the beginning of a buffer. */
  private void moveTo(Tensor target) {
    try (Tensor start = target.narrow(0, 0, used - first);
        Tensor old = view()) {
      start.copyFrom(old);
    }
    if (target != buffer) {
      buffer.close();
      buffer = target;
    }
    base += first;
    used -= first;
    first = 0;
  }

  void keepLast(int rows) {
    seen = rows;
    first = Math.max(first, used - rows);
    if (buffer.size(0) > most()) {
      moveTo(sized(buffer, most()));
    }
  }

  /** Whether so many tokens were appended and the rows are there that the one after them sees. */
  boolean reachesBackTo(int tokens) {
    return tokens <= base + used && firstSeen(tokens) >= base;
  }

  private long firstSeen(int tokens) {
    return Math.max(0, (long) tokens - seen);
  }

  /** Goes back to the first tokens, which are none or {@link #reachesBackTo} can tell. */
  void truncate(int tokens) {
    if (tokens == 0) {
      base = 0;
      used = 0;
      first = 0;
    } else if (tokens < base + used) {
      used = tokens - base;
      first = firstSeen(tokens) - base;
    }
  }

  /** The rows that are seen. */
  Tensor view() {
    return buffer.narrow(0, first, used - first);
  }

  long bytes() {
    return buffer.bytes();
  }

  void close() {
    buffer.close();
  }
}
