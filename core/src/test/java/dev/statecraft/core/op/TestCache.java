package dev.statecraft.core.op;

import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/** Keys and values of earlier tokens. */
final class TestCache implements KeyValueCache, AutoCloseable {
  final Map<String, Tensor> keys = new HashMap<>();
  final Map<String, Tensor> values = new HashMap<>();

  @Override
  public void append(String edge, Tensor newKeys, Tensor newValues) {
    append(keys, edge, newKeys);
    append(values, edge, newValues);
  }

  private static void append(Map<String, Tensor> held, String edge, Tensor rows) {
    Tensor before = held.get(edge);
    Tensor all = before == null ? rows.copy() : Tensor.cat(0, before, rows);
    held.put(edge, all.escape());
    if (before != null) {
      before.close();
    }
  }

  @Override
  public void keepLast(String edge, int tokens) {
    keepLast(keys, edge, tokens);
    keepLast(values, edge, tokens);
  }

  private static void keepLast(Map<String, Tensor> held, String edge, int tokens) {
    Tensor all = held.get(edge);
    if (all.size(0) > tokens) {
      held.put(edge, all.narrow(0, all.size(0) - tokens, tokens).copy().escape());
      all.close();
    }
  }

  @Override
  public void close() {
    keys.values().forEach(Tensor::close);
    values.values().forEach(Tensor::close);
  }

  @Override
  public Tensor keys(String edge) {
    return keys.get(edge);
  }

  @Override
  public Tensor values(String edge) {
    return values.get(edge);
  }
}
