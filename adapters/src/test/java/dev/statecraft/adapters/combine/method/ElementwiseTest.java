package dev.statecraft.adapters.combine.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TIES and DARE, by entries. */
class ElementwiseTest {
  private static final OptionalInt ALL = OptionalInt.of(Integer.MAX_VALUE);
  private static final Closeness CLOSE = new Closeness(1e-9, 1e-3);

  private final Torch torch = Torch.cpu();
  private final Scope scope = torch.scope();
  private final RandomUpdates random = new RandomUpdates(torch, 11);

  @AfterEach
  void close() {
    scope.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  @Test
  void largestIsWhatSortingFinds() {
    for (int trial = 0; trial < 60; trial++) {
      double[] values = random.normals(random.between(1, 50));
      for (int i = 0; i < values.length; i++) {
        switch (random.between(0, 9)) {
          case 0 -> values[i] = 0;
          case 1 -> values[i] = -0.0;
          case 2 -> values[i] = values[0];
          case 3 -> values[i] *= 1e-310;
          case 4 -> values[i] *= -1e200;
          default -> {}
        }
      }
      double[] sorted = Arrays.stream(values).map(Math::abs).sorted().toArray();
      double sum = 0;
      for (int k = 1; k <= values.length; k++) {
        double expected = sorted[values.length - k];
        sum += expected;
        assertThat(Magnitudes.largest(values, k)).isEqualTo(expected);
        assertThat(Magnitudes.sumOfLargest(values, k)).isCloseTo(sum, within(1e-12 * sum));
      }
      assertThat(Magnitudes.sumOfLargest(values, 1000)).isCloseTo(sum, within(1e-12 * sum));
      assertThat(Magnitudes.sum(values)).isCloseTo(sum, within(1e-12 * sum));
    }
  }

  @Test
  void halvesAreRoundedToTheEvenNumber() {
    assertThat(Magnitudes.count(0.5, 5)).isEqualTo(2);
    assertThat(Magnitudes.count(0.5, 7)).isEqualTo(4);
    assertThat(Magnitudes.count(0.34, 3)).isEqualTo(1);
    assertThat(Magnitudes.count(0.1, 4)).isZero();
  }

  @Test
  void tiesByHand() {
    List<double[]> three =
        List.of(
            new double[] {1, -2, 3, 0.1, 5},
            new double[] {2, 1, -3, 0.2, -5},
            new double[] {-1, 4, 1, 0.3, 0});
    int[] runs = {0, 1, 2};
    assertThat(new Ties(1, RunWeights.ONES, ALL).values(three, runs))
        // The fifth adds up to 0, and so has no sign.
        .containsExactly(new double[] {1.5, 2.5, 2, 0.2, 0}, within(1e-15));
    // Two entries of each (2.5 rounded), and equal magnitudes stay together: 1, -1 and 1.
    assertThat(new Ties(0.5, RunWeights.ONES, ALL).values(three, runs))
        .containsExactly(new double[] {-1, 4, 2, 0, 0}, within(1e-15));
    assertThat(new Ties(1, new RunWeights(List.of(1.0, -1.0, 0.0)), ALL).values(three, runs))
        .containsExactly(new double[] {-2, -1.5, 3, -0.2, 5}, within(1e-15));
    assertThat(new Ties(0, RunWeights.ONES, ALL).values(three, runs)).containsOnly(0);
  }

  /** The paper's algorithm, written with sorted arrays. */
  private static double[] ties(List<double[]> values, double density, RunWeights weights) {
    List<double[]> trimmed = new ArrayList<>();
    for (int run = 0; run < values.size(); run++) {
      double[] own = values.get(run);
      List<Double> sorted = new ArrayList<>(Arrays.stream(own).map(Math::abs).boxed().toList());
      Collections.sort(sorted, Collections.reverseOrder());
      int count = (int) Math.rint(density * own.length);
      double least = count == 0 ? Double.POSITIVE_INFINITY : sorted.get(count - 1);
      double weight = weights.of(run);
      trimmed.add(Arrays.stream(own).map(x -> Math.abs(x) >= least ? weight * x : 0).toArray());
    }
    double[] result = new double[values.get(0).length];
    for (int i = 0; i < result.length; i++) {
      double elected = 0;
      for (double[] own : trimmed) {
        elected += own[i];
      }
      double sum = 0;
      int count = 0;
      for (double[] own : trimmed) {
        if (own[i] * elected > 0) {
          sum += own[i];
          count++;
        }
      }
      result[i] = count == 0 ? 0 : sum / count;
    }
    return result;
  }

  @Test
  void tiesIsThePapersOnTheEntries() {
    for (int trial = 0; trial < 40; trial++) {
      EdgeUpdates edge = random.edge(random.between(1, 5));
      double density = random.between(0, 10) / 10.0;
      RunWeights weights = new RunWeights(List.of(0.5, 1.0, 2.0, -0.3, 1.5));
      double[] expected =
          ties(edge.updates().stream().map(LowRankUpdate::values).toList(), density, weights);
      Ties method = new Ties(density, weights, ALL);
      CLOSE.check("ties " + density, method.combine(edge).update().full().toDoubles(), expected);
      int rank = random.between(1, 4);
      Truncated some = new Ties(density, weights, OptionalInt.of(rank)).combine(edge);
      Tensor full = torch.of(DType.FLOAT64, expected, edge.out(), edge.in());
      double best = LowRankUpdateTest.truncated(full, rank).norm();
      double share = full.norm() == 0 ? 1 : Math.pow(best / full.norm(), 2);
      assertThat(some.kept()).isCloseTo(share, within(0.01));
      assertThat(some.update().rank()).isLessThanOrEqualTo(rank);
    }
  }

  private static Dare dare(double drop, String... keys) {
    return new Dare(drop, 3, List.of(keys), ALL);
  }

  private double[] combined(CombineMethod method, String edge, List<Integer> runs, Tensor... of) {
    List<LowRankUpdate> updates =
        Arrays.stream(of).map(full -> LowRankUpdate.approximation(full, 1000).update()).toList();
    return method.combine(new EdgeUpdates(edge, runs, updates)).update().full().toDoubles();
  }

  @Test
  void dareDropsAndRescales() {
    Tensor full = random.normal(60, 50);
    double[] values = full.toDoubles();
    double[] left = combined(dare(0.3, "a"), "q", List.of(0), full);
    int dropped = 0;
    for (int i = 0; i < values.length; i++) {
      if (left[i] == 0) {
        dropped++;
      } else {
        assertThat(left[i]).isCloseTo(values[i] / 0.7, within(1e-12));
      }
    }
    // Four standard deviations of a binomial.
    assertThat(dropped / 3000.0).isCloseTo(0.3, within(4 * Math.sqrt(0.21 / 3000)));
  }

  @Test
  void whatIsDroppedHangsOnSeedKeyAndEdge() {
    Tensor ones = torch.full(DType.FLOAT64, 1, 20, 30);
    Tensor zeros = torch.zeros(DType.FLOAT64, 20, 30);
    double[] a = combined(dare(0.5, "a", "b"), "q", List.of(0), ones);
    double[] b = combined(dare(0.5, "a", "b"), "q", List.of(1), ones);
    assertThat(combined(dare(0.5, "x", "y", "a"), "q", List.of(2), ones)).containsExactly(a);
    // Beside another run it counts half, and is the same.
    double[] beside = combined(dare(0.5, "a", "b"), "q", List.of(1, 0), zeros, ones);
    assertThat(Arrays.stream(beside).map(x -> 2 * x).toArray()).containsExactly(a);
    // Independent masks of a half are equal at half of the places, give or take.
    assertThat(equal(a, b)).isBetween(230, 370);
    assertThat(equal(a, combined(dare(0.5, "a"), "k", List.of(0), ones))).isBetween(230, 370);
    assertThat(equal(a, combined(new Dare(0.5, 4, List.of("a"), ALL), "q", List.of(0), ones)))
        .isBetween(230, 370);
    assertThat(
            equal(
                combined(dare(0.5, "ab"), "c", List.of(0), ones),
                combined(dare(0.5, "a"), "bc", List.of(0), ones)))
        .isBetween(230, 370);
  }

  private static int equal(double[] one, double[] other) {
    int count = 0;
    for (int i = 0; i < one.length; i++) {
      if (one[i] == other[i]) {
        count++;
      }
    }
    return count;
  }

  @Test
  void dareIsTheMeanOnTheAverage() {
    EdgeUpdates edge = random.edge(3);
    double[] mean = new Average().combine(edge).update().full().toDoubles();
    CLOSE.check("p = 0", dare(0, "a", "b", "c").combine(edge).update().full().toDoubles(), mean);
    double[] sum = new double[mean.length];
    double[] squares = new double[mean.length];
    int seeds = 600;
    for (int seed = 0; seed < seeds; seed++) {
      double[] drawn =
          new Dare(0.4, seed, List.of("a", "b", "c"), ALL)
              .values(edge.updates().stream().map(LowRankUpdate::values).toList(), runs(3));
      for (int i = 0; i < sum.length; i++) {
        sum[i] += drawn[i] / seeds;
        squares[i] += drawn[i] * drawn[i] / seeds;
      }
    }
    for (int i = 0; i < mean.length; i++) {
      double deviation = Math.sqrt((squares[i] - sum[i] * sum[i]) / seeds);
      assertThat(sum[i]).isCloseTo(mean[i], within(5 * deviation + 1e-9));
    }
  }

  private static int[] runs(int count) {
    int[] runs = new int[count];
    Arrays.setAll(runs, i -> i);
    return runs;
  }
}
