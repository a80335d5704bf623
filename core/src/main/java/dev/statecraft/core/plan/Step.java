package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.State;
import java.util.List;

/** One step of a pass. */
public sealed interface Step {
  /**
   * Computes states.
   *
   * @param edges one edge, or linears fused into one product
   * @param again whether this is a recomputation for the backward
   * @param overwrites whether the op may overwrite the input it {@linkplain
   *     dev.statecraft.core.graph.Op#overwrites() names}, which nobody reads after it
   */
  record Compute(List<Edge> edges, boolean again, boolean overwrites) implements Step {}

  /**
   * Runs the backward of one edge, or of fused linears; the gradients of their outputs are released
   * after it.
   */
  record Differentiate(List<Edge> edges) implements Step {}

  /** Keeps a compressed copy of a stored state; the state itself is released right after. */
  record Compress(State state, StateFormat format) implements Step {}

  /** Brings a compressed state back for the backward and frees the compressed copy. */
  record Restore(State state) implements Step {}

  /** Frees states that nobody reads any more. */
  record Release(List<State> states) implements Step {}
}
