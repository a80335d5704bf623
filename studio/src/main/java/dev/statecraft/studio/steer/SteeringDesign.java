package dev.statecraft.studio.steer;

import dev.statecraft.base.Units;
import dev.statecraft.base.UsageException;
import dev.statecraft.control.theory.LinearQuadraticRegulator;
import dev.statecraft.control.theory.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Feedback along the layers by the linear quadratic regulator (after arXiv 2604.19018, whose code
 * it is not).
 *
 * <p>With x_t the output of layer t at the last token and A_t the derivative of x_(t+1) by x_t, a
 * change d_t of x_t becomes {@code d_(t+1) = A_t d_t}. An edge at the output of layer t adds u_t to
 * x_t itself, so that it goes through the next layer too: {@code d_(t+1) = A_t d_t + A_t u_t}, an
 * input matrix B_t = A_t, and 0 where there is no edge. Gains K_t minimize {@code sum_(t < T) (q
 * |d_t - r_t|^2 + r |u_t|^2) + f |d_T - r_T|^2} by {@code u_t = -K_t (d_t - r_t)}, where the
 * reference {@code r_t} is the way that the network itself takes from the negative texts' mean to
 * the setpoint: lambda e_t, as far as e_(t+1) = A_t e_t.
 *
 * <p>Of the distance from the reference an edge sees what lies along v_t = e_t / |e_t|, so that
 * nothing else of a text is changed to its mean: {@code d_t - r_t = v_t (v_t'x - c_t)} with the
 * setpoint c_t. Hence
 *
 * <pre>{@code
 * u_t = -K_t v_t (v_t'x - c_t) = K_t v_t (c_t - v_t'x)
 * }</pre>
 *
 * <p>Where B_t = A_t, {@code K_t = (r I + M)^-1 M} with {@code M = A_t' S A_t}: symmetric, with
 * eigenvalues from 0 to below 1. So 0 <= v'K v < 1: the edge moves v'x towards the setpoint and
 * never beyond it.
 *
 * @param edges by the layer at whose output they stand
 * @param predicted by how much the mean of negative texts would move along v_T at the last layer,
 *     as a share of |e_T|, if the network were linear
 */
public record SteeringDesign(Map<Integer, SteeringEdge> edges, double predicted) {
  /** Matrices of more rows are refused by what computes with them. */
  private static final int MOST_FEATURES = 4096;

  /** Jacobians are on the heap as they are and as gains, and room is needed to make these. */
  private static final int HEAP_COPIES = 3;

  /** Keeps a copy, in the order of layers. */
  public SteeringDesign {
    edges = Collections.unmodifiableMap(new TreeMap<>(edges));
  }

  /**
   * Refuses what the heap cannot hold.
   *
   * @param layers of the model
   * @param hidden features of what leaves them
   * @param heap bytes that there are
   * @throws UsageException if the Jacobians take more
   */
  public static void requireRoom(int layers, long hidden, long heap) {
    if (hidden > MOST_FEATURES) {
      throw new UsageException(
          "steer: expected a model of at most "
              + MOST_FEATURES
              + " features, found one of "
              + hidden);
    }
    long bytes = HEAP_COPIES * (layers - 1L) * hidden * hidden * Double.BYTES;
    if (bytes > heap) {
      throw new UsageException(
          "steer: expected a heap that holds the Jacobians of "
              + layers
              + " layers of "
              + hidden
              + " features, "
              + Units.bytes(bytes)
              + ", found one of "
              + Units.bytes(heap)
              + " (java -Xmx)");
    }
  }

  /**
   * Computes it.
   *
   * @param jacobians A_0 to A_(T-1), {@code [hidden, hidden]}
   * @param layers those that get an edge, of 0 to T - 1
   */
  public static SteeringDesign of(
      Contrast contrast, List<Matrix> jacobians, Set<Integer> layers, SteerSettings settings) {
    List<Matrix> gains = gains(jacobians, layers, settings);
    Map<Integer, SteeringEdge> edges = new TreeMap<>();
    for (int layer : layers) {
      double[] v = contrast.direction(layer);
      edges.put(
          layer,
          new SteeringEdge(v, times(gains.get(layer), v), setpoint(contrast, layer, settings)));
    }
    return new SteeringDesign(edges, predicted(contrast, jacobians, edges));
  }

  private static List<Matrix> gains(
      List<Matrix> jacobians, Set<Integer> layers, SteerSettings settings) {
    int hidden = jacobians.get(0).rows();
    Matrix none = Matrix.zeros(hidden, hidden);
    Matrix identity = Matrix.identity(hidden);
    List<Matrix> inputs = new ArrayList<>();
    for (int t = 0; t < jacobians.size(); t++) {
      Matrix entering = settings.law() == SteeringLaw.PAPER ? identity : jacobians.get(t);
      inputs.add(layers.contains(t) ? entering : none);
    }
    return LinearQuadraticRegulator.finiteHorizon(
            jacobians,
            inputs,
            multiple(hidden, settings.stateCost()),
            multiple(hidden, settings.inputCost()),
            multiple(hidden, settings.lastCost()))
        .gains();
  }

  private static Matrix multiple(int hidden, double factor) {
    double[] diagonal = new double[hidden];
    Arrays.fill(diagonal, factor);
    return Matrix.diagonal(diagonal);
  }

  private static double setpoint(Contrast contrast, int layer, SteerSettings settings) {
    double moved = settings.strength() * contrast.size(layer);
    return settings.law() == SteeringLaw.PAPER
        ? moved
        : moved + Vectors.dot(contrast.direction(layer), contrast.negative().get(layer));
  }

  /** Goes through the linear network with the negative texts' mean. */
  private static double predicted(
      Contrast contrast, List<Matrix> jacobians, Map<Integer, SteeringEdge> edges) {
    double[] moved = new double[jacobians.get(0).rows()];
    for (int t = 0; t < jacobians.size(); t++) {
      if (edges.containsKey(t)) {
        SteeringEdge edge = edges.get(t);
        double[] x = Vectors.sum(contrast.negative().get(t), 1, moved);
        double distance = edge.setpoint() - Vectors.dot(edge.direction(), x);
        moved = Vectors.sum(moved, distance, edge.push());
      }
      moved = times(jacobians.get(t), moved);
    }
    int last = contrast.layers() - 1;
    return Vectors.dot(contrast.direction(last), moved) / contrast.size(last);
  }

  private static double[] times(Matrix a, double[] x) {
    Matrix product = a.times(Matrix.column(x));
    double[] y = new double[product.rows()];
    Arrays.setAll(y, i -> product.at(i, 0));
    return y;
  }
}
