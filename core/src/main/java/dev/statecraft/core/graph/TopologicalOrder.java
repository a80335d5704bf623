package dev.statecraft.core.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** An order in which edges can be computed. */
final class TopologicalOrder {
  private TopologicalOrder() {}

  /**
   * The edges in an order of computation that stays as close to the given one as it can: of those
   * whose inputs are there, the first comes next. A list that is in order comes back as it is.
   * Edges on a cycle are left out. Source: Kahn, "Topological sorting of large networks" (1962).
   */
  static List<Edge> of(List<Edge> edges) {
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < edges.size(); i++) {
      producers.put(edges.get(i).name(), i);
    }
    int[] missing = new int[edges.size()];
    List<List<Integer>> readers = new ArrayList<>();
    edges.forEach(edge -> readers.add(new ArrayList<>()));
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < edges.size(); i++) {
      for (State input : edges.get(i).inputs()) {
        Integer producer = producers.get(input.name());
        if (producer != null) { // Otherwise it comes with the batch.
          missing[i]++;
          readers.get(producer).add(i);
        }
      }
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
    List<Edge> ordered = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.remove();
      ordered.add(edges.get(next));
      for (int reader : readers.get(next)) {
        if (--missing[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    return ordered;
  }
}
