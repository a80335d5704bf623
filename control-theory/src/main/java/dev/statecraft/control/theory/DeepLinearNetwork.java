package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of linear layers, {@code x_t = x_(t-1) W_t} with states as rows, as models hold them:
 * what it computes is {@code x_0 W_1 ... W_T}. In columns that is {@code W_T ... W_1}, with all
 * matrices transposed.
 *
 * <p>Theorem 4.1 of From Weight-Based to State-Based Fine-Tuning (ICML 2025): updates of ranks r_1
 * to r_T, one for each layer, make of it {@code W_1 ... W_T + M} with {@code rank M <= r_1 + ... +
 * r_T}. Here an update may also be a control edge from any state to a later one, of which an update
 * of one layer's weight is the case {@code from = to - 1}. The bound holds for these too: take the
 * edges away one by one, and each takes a product with its update in the middle.
 *
 * @param layers W_1 to W_T: {@code [width of x_(t-1), width of x_t]}
 */
public record DeepLinearNetwork(List<Matrix> layers) {
  /**
   * Checks shapes.
   *
   * @throws UsageException if a layer does not take what the one before it gives
   */
  public DeepLinearNetwork {
    layers = List.copyOf(layers);
    Shapes.requireAtLeast("a depth", 1, layers.size());
    for (int t = 1; t < layers.size(); t++) {
      Shapes.requireRows("W_" + (t + 1), layers.get(t), layers.get(t - 1).columns());
    }
  }

  /**
   * {@code x_to + x_from U} in place of x_to.
   *
   * @param from a state, from 0
   * @param to a later one, at most T
   * @param update U, {@code [width of x_from, width of x_to]}
   */
  public record Edge(int from, int to, Matrix update) {
    /** U added to the weight of layer t, counted from 1. */
    public static Edge ofWeight(int layer, Matrix update) {
      return new Edge(layer - 1, layer, update);
    }
  }

  /** Updates of all weights, in order, as edges. */
  public static List<Edge> ofWeights(List<Matrix> updates) {
    List<Edge> edges = new ArrayList<>();
    for (Matrix update : updates) {
      edges.add(Edge.ofWeight(edges.size() + 1, update));
    }
    return edges;
  }

  /** {@code W_1 ... W_T}. */
  public Matrix product() {
    return product(List.of());
  }

  /**
   * The matrix by which the last state depends on the first, with control edges.
   *
   * @throws UsageException if an edge's states are none of the network's, or its shape does not fit
   */
  public Matrix product(List<Edge> edges) {
    List<Matrix> states = new ArrayList<>(List.of(Matrix.identity(layers.get(0).rows())));
    edges.forEach(this::requireFit);
    for (int t = 1; t <= layers.size(); t++) {
      Matrix state = states.get(t - 1).times(layers.get(t - 1));
      for (Edge edge : edges) {
        if (edge.to() == t) {
          state = state.plus(states.get(edge.from()).times(edge.update()));
        }
      }
      states.add(state);
    }
    return states.get(layers.size());
  }

  /** M: by how much edges change the product. */
  public Matrix change(List<Edge> edges) {
    return product(edges).minus(product());
  }

  /** The theorem's bound on the rank of M: the sum of the updates' ranks. */
  public static int rankBound(List<Edge> edges, double tolerance) {
    return edges.stream().mapToInt(edge -> edge.update().rank(tolerance)).sum();
  }

  private int width(int state) {
    return state == 0 ? layers.get(0).rows() : layers.get(state - 1).columns();
  }

  private void requireFit(Edge edge) {
    if (edge.from() < 0 || edge.from() >= edge.to() || edge.to() > layers.size()) {
      throw new UsageException(
          "expected an edge from a state to a later one within 0 and %d, found from %d to %d"
              .formatted(layers.size(), edge.from(), edge.to()));
    }
    Shapes.require(
        "an update from state %d to %d".formatted(edge.from(), edge.to()),
        edge.update(),
        width(edge.from()),
        width(edge.to()));
  }
}
