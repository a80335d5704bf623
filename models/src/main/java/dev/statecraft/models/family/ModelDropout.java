package dev.statecraft.models.family;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.Dropout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The dropout that a model's own configuration asks for in training, where transformers applies it.
 * Control edges have theirs besides.
 *
 * @param states of these states, by name, probabilities with which their numbers are dropped
 * @param residual of what attention and MLP blocks add to the residual stream
 * @param attention of attention's probabilities
 */
public record ModelDropout(Map<String, Double> states, double residual, double attention) {
  /** No dropout. */
  public static final ModelDropout NONE = new ModelDropout(Map.of(), 0, 0);

  /** States that lose nothing are left out. */
  public ModelDropout {
    Map<String, Double> dropped = new LinkedHashMap<>(states);
    dropped.values().removeIf(p -> p == 0);
    states = java.util.Collections.unmodifiableMap(dropped);
  }

  /** The same, with that of further states. */
  public ModelDropout with(Map<String, Double> more) {
    Map<String, Double> all = new LinkedHashMap<>(states);
    all.putAll(more);
    return new ModelDropout(all, residual, attention);
  }

  /** Whether anything is dropped. */
  public boolean isAny() {
    return !equals(NONE);
  }

  /**
   * The graph with this dropout in training passes; other passes compute what they did. Without any
   * it is the graph itself. States keep their names, so tunings fit as before.
   *
   * @param graph frozen, as its family makes it
   */
  public Graph applyTo(Graph graph) {
    if (!isAny()) {
      return graph;
    }
    GraphEditor editor = graph.edit().replaceAll(this::dropping);
    states.forEach((state, p) -> editor.follow(state, new Dropout(p)));
    return editor.build();
  }

  private Edge dropping(Edge edge) {
    if (edge.op() instanceof Attention op) {
      return edge.withOp(op.withDropout(attention), edge.parameters());
    }
    // Of other sums, as those of embeddings, no term is dropped.
    return edge.op() instanceof Add && edge.layer() >= 0
        ? edge.withOp(new Add(residual), edge.parameters())
        : edge;
  }

  /** In words, such as {@code residual 0.1, attention 0.1, embeddings 0.1, pooled 0.1}. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (residual > 0) {
      parts.add("residual " + residual);
    }
    if (attention > 0) {
      parts.add("attention " + attention);
    }
    states.forEach((state, p) -> parts.add(state + " " + p));
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }
}
