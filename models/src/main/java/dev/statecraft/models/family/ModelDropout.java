package dev.statecraft.models.family;

import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.Dropout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The dropout that a model's own configuration asks for in training, where transformers applies it.
 * Control edges have theirs besides.
 *
 * @param states of these states, by name, probabilities with which their numbers are dropped
 * @param attentionOutput of what attention adds to the residual stream
 * @param mlpOutput of what MLP blocks add to it
 * @param attention of attention's probabilities
 */
public record ModelDropout(
    Map<String, Double> states, double attentionOutput, double mlpOutput, double attention) {
  /** No dropout. */
  public static final ModelDropout NONE = new ModelDropout(Map.of(), 0, 0);

  /** The same of all that blocks add to the residual stream. */
  public ModelDropout(Map<String, Double> states, double residual, double attention) {
    this(states, residual, residual, attention);
  }

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
    return new ModelDropout(all, attentionOutput, mlpOutput, attention);
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
    Map<String, Double> added = new HashMap<>();
    for (Layer layer : graph.layers()) {
      for (Block block : layer.blocks()) {
        added.put(block.delta(), block.name().equals(Block.MLP) ? mlpOutput : attentionOutput);
      }
    }
    GraphEditor editor = graph.edit().replaceAll(edge -> dropping(edge, added));
    states.forEach((state, p) -> editor.follow(state, new Dropout(p)));
    return editor.build();
  }

  /**
   * @param added what is dropped of what blocks add, by the name of its state
   */
  private Edge dropping(Edge edge, Map<String, Double> added) {
    if (edge.op() instanceof Attention op) {
      return edge.withOp(op.withDropout(attention), edge.parameters());
    }
    if (!(edge.op() instanceof Add)) {
      return edge;
    }
    // Of other sums, as those of embeddings, no term is dropped.
    return edge.inputs().stream()
        .filter(state -> added.containsKey(state.name()))
        .findFirst()
        .map(state -> edge.withOp(new Add(added.get(state.name())), edge.parameters()))
        .orElse(edge);
  }

  /** In words, such as {@code residual 0.1, attention 0.1, embeddings 0.1, pooled 0.1}. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (attentionOutput == mlpOutput && mlpOutput > 0) {
      parts.add("residual " + mlpOutput);
    } else {
      if (attentionOutput > 0) {
        parts.add("attention output " + attentionOutput);
      }
      if (mlpOutput > 0) {
        parts.add("mlp output " + mlpOutput);
      }
    }
    if (attention > 0) {
      parts.add("attention " + attention);
    }
    states.forEach((state, p) -> parts.add(state + " " + p));
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }
}
