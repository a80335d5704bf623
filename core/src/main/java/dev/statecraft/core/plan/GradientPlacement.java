package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lays the gradients of fused linears' outputs side by side in one buffer, so that one product
 * gives the gradient of their input without a copy. Ops that pass a gradient through in place
 * (rotary, control) carry the slot on to the state after them.
 */
public final class GradientPlacement {
  private final Map<String, Slot> slots = new HashMap<>();

  private GradientPlacement() {}

  /**
   * A column slice of a group's buffer.
   *
   * @param group name of the group's first state, for which the buffer is kept
   * @param offset first column
   * @param width columns
   * @param total columns of the whole buffer
   */
  public record Slot(String group, long offset, long width, long total) {}

  static GradientPlacement of(Graph graph, FusedLinears fused) {
    GradientPlacement result = new GradientPlacement();
    for (List<Edge> group : fused.groups()) {
      long total = group.stream().mapToLong(edge -> edge.output().shape().features()).sum();
      long offset = 0;
      for (Edge edge : group) {
        long width = edge.output().shape().features();
        result.slots.put(edge.name(), new Slot(group.get(0).name(), offset, width, total));
        offset += width;
      }
    }
    for (Edge edge : graph.edges()) {
      int index = edge.op().passesGradientTo();
      if (index >= 0) {
        State input = edge.inputs().get(index);
        Slot slot = result.slots.get(input.name());
        // Only if nothing else contributes to the input's gradient are the two the same.
        if (slot != null && uses(graph, input) == 1) {
          result.slots.put(edge.name(), slot);
        }
      }
    }
    return result;
  }

  /** How often a state is read; an edge in series reads one twice. */
  private static long uses(Graph graph, State state) {
    return graph.consumers(state.name()).stream()
        .flatMap(edge -> edge.inputs().stream())
        .filter(state::equals)
        .count();
  }

  Optional<Slot> of(State state) {
    return Optional.ofNullable(slots.get(state.name()));
  }
}
