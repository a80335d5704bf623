package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A store policy for every layer of a graph.
 *
 * @param layers policy of the layer with each index; may be shorter than the graph has layers
 * @param otherwise policy of all other edges: those outside layers, and of layers not listed
 */
public record LayerPolicies(List<StorePolicy> layers, StorePolicy otherwise) {
  public LayerPolicies {
    layers = List.copyOf(layers);
  }

  /** One policy for all edges of any graph. */
  public static LayerPolicies uniform(StorePolicy policy) {
    return new LayerPolicies(List.of(), policy);
  }

  /**
   * The first {@code count} layers under {@code lean}, the others and what is outside layers under
   * {@code rest}; uniform if that is all or none of them.
   *
   * <p>It is the first layers that should be lean: their backward comes last, when the stored
   * states of all others are gone, so that what they compute again finds room.
   *
   * @param layers how many layers the graph has
   * @throws IllegalArgumentException if there are fewer than {@code count}
   */
  public static LayerPolicies mix(int layers, int count, StorePolicy lean, StorePolicy rest) {
    if (count < 0 || count > layers) {
      throw new IllegalArgumentException(
          "lean layers: expected 0 to " + layers + ", found " + count);
    }
    if (count == 0 || lean == rest) {
      return uniform(rest);
    }
    if (count == layers) {
      return uniform(lean);
    }
    List<StorePolicy> policies = new ArrayList<>(Collections.nCopies(count, lean));
    policies.addAll(Collections.nCopies(layers - count, rest));
    return new LayerPolicies(policies, rest);
  }

  /** The policy of each layer of a graph that has so many. */
  public List<StorePolicy> ofLayers(int count) {
    List<StorePolicy> all = new ArrayList<>(layers.subList(0, Math.min(count, layers.size())));
    all.addAll(Collections.nCopies(count - all.size(), otherwise));
    return List.copyOf(all);
  }

  /** The policy of an edge. */
  StorePolicy of(Edge edge) {
    int layer = edge.layer();
    return layer >= 0 && layer < layers.size() ? layers.get(layer) : otherwise;
  }

  boolean mayRecompute(Edge edge) {
    return of(edge).mayRecompute(edge);
  }

  void checkFits(Graph graph) {
    if (layers.size() > graph.layers().size()) {
      throw new GraphException(
          "store policies of layers: expected at most "
              + graph.layers().size()
              + ", found "
              + layers.size());
    }
  }

  /** In words, such as {@code cheap}, or {@code layers 0-17 inputs, 18-29 cheap}. */
  public String describe() {
    if (layers.stream().allMatch(otherwise::equals)) {
      return otherwise.label();
    }
    StringBuilder text = new StringBuilder("layers ");
    int start = 0;
    for (int i = 1; i <= layers.size(); i++) {
      if (i == layers.size() || layers.get(i) != layers.get(start)) {
        text.append(start > 0 ? ", " : "");
        text.append(i - start == 1 ? "" + start : start + "-" + (i - 1));
        text.append(' ').append(layers.get(start).label());
        start = i;
      }
    }
    if (layers.get(layers.size() - 1) != otherwise) {
      text.append(", otherwise ").append(otherwise.label());
    }
    return text.toString();
  }
}
