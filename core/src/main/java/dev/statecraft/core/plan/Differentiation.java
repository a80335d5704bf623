package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which edges take part in the backward and which gradients each is asked for: those that lie
 * between a trainable parameter and the loss. Everything below the first trainable edge is pruned.
 */
final class Differentiation {
  private final Map<String, Demand> demands = new HashMap<>();

  private Differentiation() {}

  static Differentiation none() {
    return new Differentiation();
  }

  /**
   * @throws GraphException if a state that depends on trained parameters is read by an op that
   *     gives it no gradient
   */
  static Differentiation of(Graph graph, String loss) {
    Set<String> towardsLoss = ancestors(graph, loss);
    Set<String> trained = new HashSet<>();
    Differentiation result = new Differentiation();
    for (Edge edge : graph.edges()) {
      if (!towardsLoss.contains(edge.name())) {
        continue;
      }
      List<Boolean> inputs = new ArrayList<>();
      for (int i = 0; i < edge.inputs().size(); i++) {
        boolean wanted = trained.contains(edge.inputs().get(i).name());
        if (wanted && !edge.op().differentiableBy(i)) {
          throw lost(edge, edge.inputs().get(i));
        }
        inputs.add(wanted);
      }
      Demand demand =
          new Demand(inputs, edge.parameters().stream().map(Parameter::trainable).toList());
      if (demand.any()) {
        trained.add(edge.name());
        result.demands.put(edge.name(), demand);
      }
    }
    return result;
  }

  /** A gradient that is cut off would be wrong without a word. */
  private static GraphException lost(Edge edge, State input) {
    return new GraphException(
        "state '"
            + input.name()
            + "' depends on trained parameters, but '"
            + edge.name()
            + "' ("
            + edge.op().name()
            + ") has no gradient with respect to it");
  }

  /** The states from which a state is computed, and itself. */
  static Set<String> ancestors(Graph graph, String... states) {
    Set<String> found = new HashSet<>(List.of(states));
    List<Edge> edges = graph.edges();
    for (int i = edges.size() - 1; i >= 0; i--) {
      if (found.contains(edges.get(i).name())) {
        edges.get(i).inputs().forEach(input -> found.add(input.name()));
      }
    }
    return found;
  }

  /** Whether there is no backward at all. */
  boolean isEmpty() {
    return demands.isEmpty();
  }

  boolean includes(Edge edge) {
    return demands.containsKey(edge.name());
  }

  Demand demand(Edge edge) {
    return demands.get(edge.name());
  }

  /** The states that an edge's backward reads, in the order of its inputs. */
  Set<State> reads(Edge edge) {
    Reads reads = edge.op().reads(demand(edge));
    Set<State> states = new LinkedHashSet<>();
    reads.inputs().stream().sorted().forEach(index -> states.add(edge.inputs().get(index)));
    if (reads.output()) {
      states.add(edge.output());
    }
    return states;
  }
}
