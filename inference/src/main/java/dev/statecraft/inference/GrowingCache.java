package dev.statecraft.inference;

import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys and values of one sequence. Every attention edge has two buffers, {@link CachedRows}: they
 * grow with the text, or where the edge sees a window only, up to two windows.
 *
 * <p>The views that {@link #keys} and {@link #values} return belong to the open {@linkplain
 * dev.statecraft.tensor.Scope scope}, or to the caller if there is none, and see the rows that were
 * there when they were asked for. The buffers belong to the cache until it is closed.
 */
final class GrowingCache implements KeyValueCache, AutoCloseable {
  private final int firstRows;
  private final Map<String, CachedRows> keys = new HashMap<>();
  private final Map<String, CachedRows> values = new HashMap<>();

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
    keys.computeIfAbsent(edge, name -> new CachedRows(newKeys, firstRows)).append(newKeys);
    values.computeIfAbsent(edge, name -> new CachedRows(newValues, firstRows)).append(newValues);
  }

  @Override
  public Tensor keys(String edge) {
    return of(keys, edge).view();
  }

  @Override
  public Tensor values(String edge) {
    return of(values, edge).view();
  }

  private static CachedRows of(Map<String, CachedRows> held, String edge) {
    CachedRows rows = held.get(edge);
    if (rows == null) {
      throw new IllegalArgumentException(
          "edge '" + edge + "' has cached nothing; cached are " + held.keySet());
    }
    return rows;
  }

  @Override
  public void keepLast(String edge, int tokens) {
    of(keys, edge).keepLast(tokens);
    of(values, edge).keepLast(tokens);
  }

  /**
   * Goes back to the first tokens; the room stays. Where rows that their successor sees are gone,
   * all are forgotten.
   *
   * @return how many tokens are held: as many as asked for, or 0
   */
  int truncate(int tokens) {
    List<CachedRows> all = new ArrayList<>(keys.values());
    all.addAll(values.values());
    int kept = all.stream().allMatch(rows -> rows.reachesBackTo(tokens)) ? tokens : 0;
    all.forEach(rows -> rows.truncate(kept));
    return kept;
  }

  /** Bytes of all buffers, rows not yet used included. */
  public long bytes() {
    return keys.values().stream().mapToLong(CachedRows::bytes).sum()
        + values.values().stream().mapToLong(CachedRows::bytes).sum();
  }

  @Override
  public void close() {
    keys.values().forEach(CachedRows::close);
    values.values().forEach(CachedRows::close);
    keys.clear();
    values.clear();
  }
}
