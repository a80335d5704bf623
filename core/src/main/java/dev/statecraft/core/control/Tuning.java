package dev.statecraft.core.control;

import dev.statecraft.core.graph.Graph;
import java.util.List;

/** A way of tuning a model: makes from a frozen graph one with trainable parameters. */
public interface Tuning {
  /**
   * The tuned graph. The task's head, where the graph has one, is trained by every tuning.
   *
   * @throws dev.statecraft.core.graph.GraphException if it does not fit the graph; the message
   *     names the states or targets
   */
  Graph apply(Graph graph);

  /** Applies several tunings, one after the other. */
  static Tuning all(List<Tuning> parts) {
    List<Tuning> tunings = List.copyOf(parts);
    return graph -> {
      Graph tuned = graph;
      for (Tuning tuning : tunings) {
        tuned = tuning.apply(tuned);
      }
      return tuned;
    };
  }
}
