package dev.statecraft.inference;

import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Keys and values of one sequence. Every attention edge has two buffers, into which new rows are
 * copied; a full buffer is replaced by one of twice its rows, so that a row is moved less than
 * twice on average.
 *
 * <p>The views that {@link #keys} and {@link #values} return belong to the open {@linkplain
 * dev.statecraft.tensor.Scope scope}, or to the caller if there is none, and see the rows that were
 * there when they were asked for. The buffers belong to the cache until it is closed.
 */
final class GrowingCache implements KeyValueCache, AutoCloseable {
  private final int firstRows;
  private final Map<String, Rows> keys = new HashMap<>();
  private final Map<String, Rows> values = new HashMap<>();

  /**
   * An empty cache.
   *
   * @param firstRows tokens that there is room for at first; more if more come at once
   * @throws IllegalArgumentException if it is not above 0
   */
  public GrowingCache(int firstRows) {
    if (firstRows < 1) {
      throw new IllegalArgumentException("rows of a cache: expected 1 or more, found " + firstRows);
    }
    this.firstRows = firstRows;
  }

  @Override
  public void append(String edge, Tensor newKeys, Tensor newValues) {
    keys.computeIfAbsent(edge, name -> new Rows(newKeys, firstRows)).append(newKeys);
    values.computeIfAbsent(edge, name -> new Rows(newValues, firstRows)).append(newValues);
  }

  @Override
  public Tensor keys(String edge) {
    return of(keys, edge).view();
  }

  @Override
  public Tensor values(String edge) {
    return of(values, edge).view();
  }

  private static Rows of(Map<String, Rows> held, String edge) {
    Rows rows = held.get(edge);
    if (rows == null) {
      throw new IllegalArgumentException(
          "edge '" + edge + "' has cached nothing; cached are " + held.keySet());
    }
    return rows;
  }

  /** Forgets all but the first tokens; the room stays. */
  void truncate(int tokens) {
    keys.values().forEach(rows -> rows.truncate(tokens));
    values.values().forEach(rows -> rows.truncate(tokens));
  }

  /** Bytes of all buffers, rows not yet used included. */
  public long bytes() {
    return keys.values().stream().mapToLong(Rows::bytes).sum()
        + values.values().stream().mapToLong(Rows::bytes).sum();
  }

  @Override
  public void close() {
    keys.values().forEach(Rows::close);
    values.values().forEach(Rows::close);
    keys.clear();
    values.clear();
  }

  /** A buffer {@code [capacity, features]} of which the first rows are in use. */
  private static final class Rows {
    private Tensor buffer;
    private long used;

    Rows(Tensor like, int capacity) {
      buffer = sized(like, Math.max(capacity, like.size(0)));
    }

    private static Tensor sized(Tensor like, long capacity) {
      return like.torch().empty(like.dtype(), capacity, like.size(1)).escape();
    }

    void append(Tensor rows) {
      long total = used + rows.size(0);
      if (total > buffer.size(0)) {
        Tensor larger = sized(buffer, Math.max(total, 2 * buffer.size(0)));
        try (Tensor start = larger.narrow(0, 0, used);
            Tensor old = view()) {
          start.copyFrom(old);
        }
        buffer.close();
        buffer = larger;
      }
      try (Tensor place = buffer.narrow(0, used, rows.size(0))) {
        place.copyFrom(rows);
      }
      used = total;
    }

    void truncate(int rows) {
      used = Math.min(used, rows);
    }

    Tensor view() {
      return buffer.narrow(0, 0, used);
    }

    long bytes() {
      return buffer.bytes();
    }

    void close() {
      buffer.close();
    }
  }
}
