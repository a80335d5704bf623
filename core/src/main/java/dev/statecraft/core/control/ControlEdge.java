package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import java.util.Arrays;

/**
 * A control edge {@code x_v' = x_v + g(x_u; theta)} to be put into a graph.
 *
 * @param from u: a {@link Place} of every chosen layer, or the name of a state
 * @param to v: likewise; both are places, or both are names
 * @param name begins the names of its parameters
 * @param function g
 */
public record ControlEdge(String from, String to, String name, ControlFunction function) {
  public ControlEdge {
    if (Place.isPlace(from) != Place.isPlace(to)) {
      throw new UsageException(
          "control edge from '"
              + from
              + "' to '"
              + to
              + "': expected two places of a layer ("
              + Arrays.stream(Place.values()).map(Place::label).toList()
              + ") or two names of states, found one of each");
    }
  }

  /** Control around a residual block: from the state that enters it to the one that leaves it. */
  public static ControlEdge around(Block block, ControlFunction function) {
    return new ControlEdge(block.from().label(), block.to().label(), block.label(), function);
  }

  /** Control between two named states, anywhere in the graph. */
  public static ControlEdge between(String from, String to, ControlFunction function) {
    return new ControlEdge(from, to, "control." + from + ".to." + to, function);
  }

  boolean isPerLayer() {
    return Place.isPlace(from);
  }
}
