package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Layer;
import java.util.Optional;

/**
 * A control edge {@code x_v' = x_v + g(x_u; theta)} to be put into a graph.
 *
 * @param from u: a place of every chosen {@link Layer} that has it, or the name of a state
 * @param to v: likewise; both are places, or both are names
 * @param name begins the names of its parameters
 * @param function g
 */
public record ControlEdge(String from, String to, String name, ControlFunction function) {
  public ControlEdge {
    if (Layer.isPlace(from) != Layer.isPlace(to)) {
      throw new UsageException(
          "control edge from '"
              + from
              + "' to '"
              + to
              + "': expected two places of a layer ("
              + Layer.USUAL_PLACES
              + ") or two names of states, found one of each");
    }
  }

  /** Names of the states that an edge goes between. */
  record Ends(String from, String to) {}

  /**
   * Control around a residual block: from the state that enters it to the one that leaves it. A
   * function in series changes the one that leaves it.
   */
  public static ControlEdge around(BlockName block, ControlFunction function) {
    String from = function.isSeries() ? block.to() : block.from();
    return new ControlEdge(from, block.to(), block.label(), function);
  }

  /** Control between two named states, anywhere in the graph. */
  public static ControlEdge between(String from, String to, ControlFunction function) {
    return new ControlEdge(from, to, "control." + from + ".to." + to, function);
  }

  /** Whether it goes between places, once in every chosen layer that has them. */
  public boolean isPerLayer() {
    return Layer.isPlace(from);
  }

  /** Whether it is {@link #around} a block, which its name tells. */
  boolean isAroundBlock() {
    return equals(around(new BlockName(name), function));
  }

  /** Between which states of a layer it goes; empty if the layer lacks the block, or a place. */
  Optional<Ends> in(Layer layer) {
    if (isAroundBlock()) {
      // Not by its places: where they lie depends on what other blocks the layer has.
      Optional<Block> block = layer.block(name);
      if (block.isPresent()) {
        return block.map(
            found ->
                new Ends(function.isSeries() ? found.output() : found.input(), found.output()));
      }
    }
    return layer.place(from).flatMap(u -> layer.place(to).map(v -> new Ends(u, v)));
  }
}
