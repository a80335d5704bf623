package dev.statecraft.core.control.steer;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.SelectRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Edges of which only the last tokens' rows are wanted in the end. Those behind the last that mixes
 * rows need no others: they read rows that are selected where they enter.
 */
final class LastRows {
  private final State index;
  private final Set<String> reduced = new HashSet<>();
  private final Map<String, State> states = new HashMap<>();

  /**
   * Looks which edges these are.
   *
   * @param index of the rows, as many as are wanted
   * @param edges in order
   * @param wanted the only state of which rows are read
   */
  LastRows(State index, List<Edge> edges, State wanted) {
    this.index = index;
    for (int i = edges.size() - 1; i >= 0; i--) {
      Edge edge = edges.get(i);
      boolean readWhole =
          edges.stream()
              .anyMatch(
                  reader ->
                      reader.inputs().contains(edge.output()) && !reduced.contains(reader.name()));
      boolean read =
          edge.output().equals(wanted)
              || edges.stream().anyMatch(reader -> reader.inputs().contains(edge.output()));
      if (edge.op().isRowWise() && read && !readWhole) {
        reduced.add(edge.name());
      }
    }
  }

  /** Whether a state has only the rows that are wanted. */
  boolean has(State state) {
    return reduced.contains(state.name());
  }

  /** A state as it is among the edges that were given. */
  State state(State original) {
    return states.getOrDefault(original.name(), original);
  }

  /**
   * An edge, on selected rows if it needs no others, after what selects them. Edges come in order.
   */
  List<Edge> edges(Edge edge) {
    if (!has(edge.output())) {
      return List.of(edge);
    }
    List<Edge> made = new ArrayList<>();
    List<State> inputs = new ArrayList<>();
    for (State input : edge.inputs()) {
      if (!states.containsKey(input.name())) {
        List<State> read = List.of(input, index);
        SelectRows select = new SelectRows();
        State rows =
            new State(input.name() + ".last", select.infer(read, List.of()), input.precision());
        states.put(input.name(), rows);
        made.add(new Edge(rows, select, read, List.of(), -1));
      }
      inputs.add(states.get(input.name()));
    }
    State output =
        new State(
            edge.name(), edge.op().infer(inputs, edge.parameters()), edge.output().precision());
    states.put(edge.name(), output);
    made.add(new Edge(output, edge.op(), inputs, edge.parameters(), edge.layer()));
    return made;
  }
}
