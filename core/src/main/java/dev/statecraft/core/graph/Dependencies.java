package dev.statecraft.core.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which state is computed from which, by their names; what further control edges would depend on
 * can be added. Finds the path that one more edge would close to a cycle.
 */
public final class Dependencies {
  private final Map<String, Set<String>> readers = new HashMap<>();

  /** States of a path that messages show at most. */
  private static final int SHOWN = 9;

  private Dependencies() {}

  /** Those of a graph. */
  public static Dependencies of(Graph graph) {
    return of(graph.edges());
  }

  static Dependencies of(List<Edge> edges) {
    Dependencies all = new Dependencies();
    edges.forEach(edge -> edge.inputs().forEach(input -> all.add(input.name(), edge.name())));
    return all;
  }

  /** From now on, {@code v} is computed from {@code u} too. */
  public void add(String u, String v) {
    readers.computeIfAbsent(u, name -> new LinkedHashSet<>()).add(v);
  }

  /**
   * The shortest way from a state to one that is computed from it, both included; empty if that is
   * not computed from it. A control edge from {@code u} to {@code v} closes a cycle if there is one
   * from {@code v} to {@code u}.
   */
  public Optional<List<String>> path(String from, String to) {
    Map<String, String> before = new HashMap<>();
    Deque<String> next = new ArrayDeque<>(List.of(from));
    before.put(from, from);
    while (!next.isEmpty()) {
      String state = next.remove();
      if (state.equals(to)) {
        return Optional.of(backwards(before, from, to));
      }
      for (String reader : readers.getOrDefault(state, Set.of())) {
        if (before.putIfAbsent(reader, state) == null) {
          next.add(reader);
        }
      }
    }
    return Optional.empty();
  }

  /** A path for messages: {@code a -> b -> c}, the middle of a long one left out. */
  public static String text(List<String> path) {
    if (path.size() <= SHOWN) {
      return String.join(" -> ", path);
    }
    int half = SHOWN / 2;
    return String.join(" -> ", path.subList(0, half))
        + " -> ("
        + (path.size() - 2 * half)
        + " states) -> "
        + String.join(" -> ", path.subList(path.size() - half, path.size()));
  }

  private static List<String> backwards(Map<String, String> before, String from, String to) {
    List<String> path = new ArrayList<>(List.of(to));
    for (String state = to; !state.equals(from); state = before.get(state)) {
      path.add(before.get(state));
    }
    Collections.reverse(path);
    return path;
  }
}
