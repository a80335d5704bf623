package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Theorem 4.1 on networks that are drawn; docs/THEORY.md has it on a real model. */
class DeepLinearNetworkTest {
  private static final double TOLERANCE = 1e-10;

  private final Random random = new Random(23);
  private final DeepLinearNetwork network =
      new DeepLinearNetwork(
          List.of(
              Matrix.gaussian(12, 15, random),
              Matrix.gaussian(15, 14, random),
              Matrix.gaussian(14, 16, random)));

  @Test
  void updatesOfWeightsAreUpdatesOfThePlainProduct() {
    List<Matrix> updates =
        network.layers().stream()
            .map(layer -> Matrix.gaussian(layer.rows(), layer.columns(), random))
            .toList();
    Matrix expected =
        IntStream.range(0, 3)
            .mapToObj(t -> network.layers().get(t).plus(updates.get(t)))
            .reduce(Matrix::times)
            .orElseThrow();
    Expect.close(network.product(DeepLinearNetwork.ofWeights(updates)), expected, 1e-12);
    assertThat(network.product(List.of())).isEqualTo(network.product());
    assertThat(network.change(List.of()).largest()).isZero();
  }

  /** Random updates reach the bound; none exceeds it. */
  @RepeatedTest(10)
  void theRankOfTheChangeIsTheSumOfTheRanks(RepetitionInfo repetition) {
    Random draw = new Random(repetition.getCurrentRepetition());
    List<Matrix> updates = new ArrayList<>();
    for (Matrix layer : network.layers()) {
      updates.add(RandomSystems.ofRank(1 + draw.nextInt(3), layer.rows(), layer.columns(), draw));
    }
    List<DeepLinearNetwork.Edge> edges = DeepLinearNetwork.ofWeights(updates);
    int bound = DeepLinearNetwork.rankBound(edges, TOLERANCE);
    assertThat(bound).isBetween(3, 9);
    assertThat(network.change(edges).rank(TOLERANCE)).isEqualTo(bound);
  }

  @RepeatedTest(10)
  void theBoundHoldsForEdgesBetweenAnyStates(RepetitionInfo repetition) {
    Random draw = new Random(repetition.getCurrentRepetition());
    int[] widths = {12, 15, 14, 16};
    List<DeepLinearNetwork.Edge> edges = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      int from = draw.nextInt(3);
      int to = from + 1 + draw.nextInt(3 - from);
      edges.add(
          new DeepLinearNetwork.Edge(
              from, to, RandomSystems.ofRank(1 + draw.nextInt(2), widths[from], widths[to], draw)));
    }
    assertThat(network.change(edges).rank(TOLERANCE))
        .isPositive()
        .isLessThanOrEqualTo(DeepLinearNetwork.rankBound(edges, TOLERANCE));
  }

  @Test
  void anEdgeAroundTwoLayersAddsToTheirProduct() {
    Matrix update = Matrix.gaussian(12, 14, random);
    Expect.close(
        network.change(List.of(new DeepLinearNetwork.Edge(0, 2, update))),
        update.times(network.layers().get(2)),
        1e-12);
  }

  /** An update that a later layer does not read is lost: the bound is no equality. */
  @Test
  void theRankMayBeLess() {
    DeepLinearNetwork narrow =
        new DeepLinearNetwork(
            List.of(Matrix.gaussian(8, 8, random), RandomSystems.ofRank(1, 8, 8, random)));
    List<DeepLinearNetwork.Edge> edges =
        List.of(DeepLinearNetwork.Edge.ofWeight(1, RandomSystems.ofRank(4, 8, 8, random)));
    assertThat(DeepLinearNetwork.rankBound(edges, TOLERANCE)).isEqualTo(4);
    assertThat(narrow.change(edges).rank(TOLERANCE)).isEqualTo(1);
  }

  @Test
  void refuses() {
    Expect.usage(() -> new DeepLinearNetwork(List.of()), "expected a depth of 1 or more, found 0");
    Expect.usage(
        () -> new DeepLinearNetwork(List.of(Matrix.zeros(2, 3), Matrix.zeros(2, 3))),
        "expected W_2 with 3 rows, found shape [2, 3]");
    Expect.usage(
        () -> network.product(List.of(new DeepLinearNetwork.Edge(2, 2, Matrix.zeros(14, 14)))),
        "expected an edge from a state to a later one within 0 and 3, found from 2 to 2");
    Expect.usage(
        () -> network.product(List.of(new DeepLinearNetwork.Edge(0, 4, Matrix.zeros(12, 12)))),
        "expected an edge from a state to a later one within 0 and 3, found from 0 to 4");
    Expect.usage(
        () -> network.product(List.of(new DeepLinearNetwork.Edge(0, 2, Matrix.zeros(12, 15)))),
        "expected an update from state 0 to 2 of shape [12, 14], found [12, 15]");
  }
}
