package dev.statecraft.studio.steer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.statecraft.base.UsageException;
import dev.statecraft.control.theory.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SteeringDesignTest {
  private static final SteerSettings USUAL = SteerSettings.USUAL;
  private static final double[] FACTORS = {1.5, 0.5, 1.25, 2};

  /** A network of two features whose layers turn and stretch: along e it is a scalar system. */
  private static List<Matrix> turning() {
    List<Matrix> layers = new ArrayList<>();
    for (int t = 0; t < FACTORS.length; t++) {
      double c = FACTORS[t] * Math.cos(t + 0.5);
      double s = FACTORS[t] * Math.sin(t + 0.5);
      layers.add(Matrix.of(new double[][] {{c, -s}, {s, c}}));
    }
    return layers;
  }

  /** What the network makes of two first states. */
  private static Contrast contrast(List<Matrix> layers, double[] positive, double[] negative) {
    return new Contrast(trajectory(layers, positive), trajectory(layers, negative));
  }

  private static List<double[]> trajectory(List<Matrix> layers, double[] first) {
    List<double[]> states = new ArrayList<>(List.of(first));
    layers.forEach(layer -> states.add(times(layer, states.get(states.size() - 1))));
    return states;
  }

  private static double[] times(Matrix a, double[] x) {
    Matrix product = a.times(Matrix.column(x));
    double[] y = new double[product.rows()];
    for (int i = 0; i < y.length; i++) {
      y[i] = product.at(i, 0);
    }
    return y;
  }

  /** Goes through the network with the edges, and counts what it costs. */
  private static double[] steered(
      List<Matrix> layers,
      Contrast contrast,
      SteeringDesign design,
      double[] first,
      double[] cost) {
    double[] x = first;
    for (int t = 0; t < layers.size(); t++) {
      double distance = distance(contrast, t, x);
      cost[0] += USUAL.stateCost() * distance * distance;
      if (design.edges().containsKey(t)) {
        SteeringEdge edge = design.edges().get(t);
        double[] added =
            Vectors.scaled(edge.push(), edge.setpoint() - Vectors.dot(edge.direction(), x));
        cost[0] += USUAL.inputCost() * Vectors.dot(added, added);
        x = Vectors.sum(x, 1, added);
      }
      x = times(layers.get(t), x);
    }
    double distance = distance(contrast, layers.size(), x);
    cost[0] += USUAL.lastCost() * distance * distance;
    return x;
  }

  private static double distance(Contrast contrast, int t, double[] x) {
    return Vectors.dot(contrast.direction(t), Vectors.sum(x, -1, contrast.positive().get(t)));
  }

  /**
   * In a scalar system the share that is left is the product of what each edge leaves, 1 - k with k
   * = m / (r + m), m = a^2 s.
   */
  @ParameterizedTest
  @ValueSource(doubles = {-1, 0, 0.5, 1, 2})
  void aLinearNetworkReachesTheShareThatTheClosedFormSays(double strength) {
    List<Matrix> layers = turning();
    Contrast contrast = contrast(layers, new double[] {1, 3}, new double[] {2, -1});
    SteeringDesign design =
        SteeringDesign.of(contrast, layers, Set.of(0, 1, 2, 3), USUAL.withStrength(strength));

    double left = 1;
    double s = USUAL.lastCost();
    for (int t = FACTORS.length - 1; t >= 0; t--) {
      double m = FACTORS[t] * FACTORS[t] * s;
      double k = m / (USUAL.inputCost() + m);
      assertThat(design.edges().get(t).share()).isCloseTo(k, offset(1e-12));
      assertThat(design.edges().get(t).gain()).isCloseTo(k, offset(1e-12));
      s = USUAL.stateCost() + m * (1 - k);
      left *= 1 - k;
    }
    double share = strength * (1 - left);
    assertThat(design.predicted()).isCloseTo(share, offset(1e-12));
    double[] last = steered(layers, contrast, design, contrast.negative().get(0), new double[1]);
    double[] expected = contrast.negative().get(4).clone();
    for (int i = 0; i < expected.length; i++) {
      expected[i] += share * (contrast.positive().get(4)[i] - expected[i]);
    }
    assertThat(last).containsExactly(expected, offset(1e-12));
  }

  @Test
  void noOtherGainsCostLess() {
    List<Matrix> layers = turning();
    Contrast contrast = contrast(layers, new double[] {1, 3}, new double[] {2, -1});
    SteeringDesign design = SteeringDesign.of(contrast, layers, Set.of(0, 1, 2, 3), USUAL);
    double[] best = new double[1];
    double[] first = contrast.negative().get(0);
    double[] unused = steered(layers, contrast, design, first, best);
    for (int t = 0; t < layers.size(); t++) {
      for (double factor : List.of(0.0, 0.9, 0.99, 1.01, 1.1)) {
        java.util.Map<Integer, SteeringEdge> edges = new java.util.HashMap<>(design.edges());
        SteeringEdge edge = edges.get(t);
        edges.put(
            t,
            new SteeringEdge(
                edge.direction(), Vectors.scaled(edge.push(), factor), edge.setpoint()));
        double[] cost = new double[1];
        unused = steered(layers, contrast, new SteeringDesign(edges, 0), first, cost);
        assertThat(cost[0]).isGreaterThan(best[0]);
      }
    }
  }

  /** The paper's inputs enter behind the layer: with gains for them edges before it cost more. */
  @Test
  void thePapersGainsAreThoseOfInputsBehindTheLayer() {
    List<Matrix> layers = turning();
    // From 0, where setpoints of both laws are the same.
    Contrast contrast = contrast(layers, new double[] {1, 3}, new double[] {0, 0});
    SteeringDesign paper =
        SteeringDesign.of(contrast, layers, Set.of(0, 1, 2, 3), USUAL.withLaw(SteeringLaw.PAPER));
    SteeringDesign edge = SteeringDesign.of(contrast, layers, Set.of(0, 1, 2, 3), USUAL);
    double[] first = {0, 0};
    double[] costOfPaper = new double[1];
    double[] costOfEdge = new double[1];
    double[] unused = steered(layers, contrast, paper, first, costOfPaper);
    unused = steered(layers, contrast, edge, first, costOfEdge);
    assertThat(costOfEdge[0]).isLessThan(costOfPaper[0]);
    // K = (r + s)^-1 s A: of the last layer, with s = f.
    double[] v = contrast.direction(3);
    assertThat(paper.edges().get(3).push())
        .containsExactly(Vectors.scaled(times(layers.get(3), v), 1.0 / 11), offset(1e-12));
    assertThat(paper.edges().get(3).setpoint()).isEqualTo(contrast.size(3));
  }

  /** Of any Jacobians: an edge moves v'x towards its setpoint, and never beyond it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void pushesTowardsTheSetpoint(int seed) {
    Random random = new Random(seed);
    List<Matrix> layers = new ArrayList<>();
    List<double[]> positive = new ArrayList<>();
    List<double[]> negative = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      layers.add(Matrix.gaussian(8, 8, random));
    }
    for (int t = 0; t < 7; t++) {
      positive.add(random.doubles(8, -1, 1).toArray());
      negative.add(random.doubles(8, -1, 1).toArray());
    }
    SteeringDesign design =
        SteeringDesign.of(
            new Contrast(positive, negative), layers, Set.of(0, 1, 2, 3, 4, 5), USUAL);
    assertThat(design.edges().values())
        .allSatisfy(edge -> assertThat(edge.share()).isBetween(0.0, 1.0));
    SteeringEdge edge = design.edges().get(2);
    double before = Vectors.dot(edge.direction(), negative.get(2));
    double[] x = Vectors.sum(negative.get(2), edge.setpoint() - before, edge.push());
    double after = Vectors.dot(edge.direction(), x);
    assertThat(edge.setpoint()).isGreaterThan(before);
    assertThat(after).isBetween(before, edge.setpoint());
  }

  /** The other layers' inputs are none, which their neighbours' gains know. */
  @ParameterizedTest
  @EnumSource(SteeringLaw.class)
  void onlyChosenLayersHaveEdges(SteeringLaw law) {
    List<Matrix> layers = turning();
    Contrast contrast = contrast(layers, new double[] {1, 3}, new double[] {2, -1});
    SteeringDesign all =
        SteeringDesign.of(contrast, layers, Set.of(0, 1, 2, 3), USUAL.withLaw(law));
    SteeringDesign some = SteeringDesign.of(contrast, layers, Set.of(1), USUAL.withLaw(law));
    assertThat(some.edges()).containsOnlyKeys(1);
    assertThat(some.edges().get(1).gain()).isGreaterThan(all.edges().get(1).gain());
  }

  @Test
  void findsLayersWithoutADifference() {
    double[] same = {1, 2};
    assertThat(new Contrast(List.of(new double[] {1, 3}, same), List.of(same, same.clone())).flat())
        .hasValue(1);
    assertThat(new Contrast(List.of(new double[] {Double.NaN, 3}), List.of(same)).flat())
        .hasValue(0);
    assertThat(new Contrast(List.of(new double[] {1, 3}), List.of(same)).flat()).isEmpty();
  }

  @Test
  void refusesWhatTheHeapCannotHold() {
    SteeringDesign.requireRoom(3, 100, 3 * 2 * 100 * 100 * 8);
    assertThatThrownBy(() -> SteeringDesign.requireRoom(3, 100, 3 * 2 * 100 * 100 * 8 - 1))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("the Jacobians of 3 layers of 100 features");
  }
}
