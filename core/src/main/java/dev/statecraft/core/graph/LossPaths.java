package dev.statecraft.core.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ways from states to the losses of a graph, and where a gradient gets lost on them: what
 * changes a state can only be learned if a loss depends on it, and if all edges on the way pass
 * gradients back.
 */
final class LossPaths {
  private final Set<String> losses = new HashSet<>();
  private final Set<String> towardsLoss = new HashSet<>();
  private final Map<String, Lost> lost = new HashMap<>();

  /** An edge that reads a state and gives it no gradient. */
  private record Lost(Edge edge, State input) {}

  private LossPaths() {}

  static LossPaths of(Graph graph) {
    LossPaths paths = new LossPaths();
    List<Edge> edges = graph.edges();
    for (int i = edges.size() - 1; i >= 0; i--) {
      paths.visit(edges.get(i));
    }
    return paths;
  }

  /** Edges come from the last to the first, so all that follows an edge's output is known. */
  private void visit(Edge edge) {
    if (edge.op().cost() == Cost.ONCE) {
      losses.add(edge.name());
      towardsLoss.add(edge.name());
    }
    if (!towardsLoss.contains(edge.name())) {
      return;
    }
    for (int i = 0; i < edge.inputs().size(); i++) {
      State input = edge.inputs().get(i);
      towardsLoss.add(input.name());
      if (!edge.op().differentiableBy(i)) {
        lost.put(input.name(), new Lost(edge, input));
      } else if (lost.containsKey(edge.name())) {
        lost.putIfAbsent(input.name(), lost.get(edge.name()));
      }
    }
  }

  /** Why a change of a state could not be learned; empty if it can. */
  Optional<String> obstacle(String state) {
    if (losses.isEmpty()) {
      return Optional.empty(); // A graph without a loss is not trained.
    }
    if (losses.contains(state)) {
      return Optional.of("is the loss itself");
    }
    if (!towardsLoss.contains(state)) {
      return Optional.of("does not reach the loss, so nothing would be learned");
    }
    Lost found = lost.get(state);
    if (found == null) {
      return Optional.empty();
    }
    return Optional.of(
        "cannot be learned: '"
            + found.edge().name()
            + "' ("
            + found.edge().op().name()
            + ") has no gradient with respect to '"
            + found.input().name()
            + "'");
  }
}
