package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.control.theory.DeepLinearNetwork;
import dev.statecraft.control.theory.DeepLinearNetwork.Edge;
import dev.statecraft.control.theory.Matrix;
import dev.statecraft.testkit.RealData;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Theorem 4.1 on the linear maps of a real LLaMA, one after the other with what is between them
 * taken out: random updates of rank r_t change the product by a matrix of rank sum r_t, or of full
 * rank where that is less. The figures are in docs/THEORY.md.
 */
@Tag("real-data")
class RealDeepLinearTest {
  private static final double TOLERANCE = 1e-12;

  private final Random random = new Random(31);
  private RealStates model;

  @BeforeEach
  void open() {
    model = new RealStates(RealData.file("data/stories260k").toString());
  }

  @AfterEach
  void close() {
    model.close();
  }

  /** Of the size of the weights, so that no update is lost beside another. */
  private Matrix update(int rank, int rows, int columns, double norm) {
    Matrix update =
        Matrix.gaussian(rows, rank, random).times(Matrix.gaussian(rank, columns, random));
    return update.scaled(norm / update.norm());
  }

  private Matrix update(int rank, Matrix weight) {
    return update(rank, weight.rows(), weight.columns(), weight.norm());
  }

  private void check(String name, DeepLinearNetwork network, List<Edge> edges) {
    Matrix change = network.change(edges);
    int bound = DeepLinearNetwork.rankBound(edges, TOLERANCE);
    int expected = Math.min(bound, Math.min(change.rows(), change.columns()));
    double[] values = change.singularValues();
    double next = expected == values.length ? 0 : values[expected] / values[0];
    System.out.printf(
        Locale.ROOT,
        "%s: sum of ranks %d, rank of M %d of %d, last value above %.1e, first below %.1e%n",
        name,
        bound,
        change.rank(TOLERANCE),
        values.length,
        values[expected - 1] / values[0],
        next);
    assertThat(change.rank(TOLERANCE)).isEqualTo(expected);
    assertThat(next).isLessThan(1e-14);
  }

  /**
   * What a token that sees itself alone adds to its stream: v_proj, its heads shared out among
   * those of queries, o_proj.
   */
  @Test
  void attentionOfOneToken() {
    for (int layer = 0; layer < model.layers(); layer++) {
      String name = "layers." + layer + ".";
      Matrix v = model.weightOf(name + "v");
      Matrix o = model.weightOf(name + "attn_output");
      DeepLinearNetwork network = new DeepLinearNetwork(List.of(v, shared(v.columns(), 8, 2), o));
      for (int rank : new int[] {1, 4, 8}) {
        check(
            "attention of layer %d, r = %d".formatted(layer, rank),
            network,
            List.of(Edge.ofWeight(1, update(rank, v)), Edge.ofWeight(3, update(rank, o))));
      }
    }
  }

  /** Each head's columns, as often as heads of queries read it. */
  private static Matrix shared(int width, int headDim, int times) {
    double[][] rows = new double[width][width * times];
    for (int i = 0; i < width; i++) {
      int head = i / headDim;
      for (int k = 0; k < times; k++) {
        rows[i][(head * times + k) * headDim + i % headDim] = 1;
      }
    }
    return Matrix.of(rows);
  }

  private List<Matrix> feedForward() {
    List<Matrix> layers = new ArrayList<>();
    for (int layer = 0; layer < model.layers(); layer++) {
      String name = "layers." + layer + ".";
      layers.add(model.weightOf(name + "up"));
      layers.add(model.weightOf(name + "mlp_output"));
    }
    return layers;
  }

  /** Ten matrices in a row: up and down of all layers, with LoRA on each. */
  @Test
  void upAndDownOfAllLayers() {
    DeepLinearNetwork network = new DeepLinearNetwork(feedForward());
    for (int rank : new int[] {1, 2, 4, 8}) {
      check(
          "up and down of %d layers, r = %d each".formatted(model.layers(), rank),
          network,
          DeepLinearNetwork.ofWeights(
              network.layers().stream().map(weight -> update(rank, weight)).toList()));
    }
  }

  /** The same with control edges around each pair: half as many, of the same rank each. */
  @Test
  void controlAroundEachBlock() {
    List<Matrix> layers = feedForward();
    DeepLinearNetwork network = new DeepLinearNetwork(layers);
    for (int rank : new int[] {2, 4, 8, 16}) {
      List<Edge> edges = new ArrayList<>();
      for (int t = 0; t < layers.size(); t += 2) {
        Matrix around = layers.get(t).times(layers.get(t + 1));
        edges.add(new Edge(t, t + 2, update(rank, around)));
      }
      check("control around %d blocks, r = %d".formatted(edges.size(), rank), network, edges);
    }
  }
}
