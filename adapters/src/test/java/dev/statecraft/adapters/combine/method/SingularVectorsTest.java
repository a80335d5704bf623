package dev.statecraft.adapters.combine.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** SVD, KnOTS and TSV-M against the same of dense matrices. */
class SingularVectorsTest {
  private static final Closeness CLOSE = new Closeness(1e-8, 1e-3);

  private final Torch torch = Torch.cpu();
  private final Scope scope = torch.scope();
  private final RandomUpdates random = new RandomUpdates(torch, 21);

  @AfterEach
  void close() {
    scope.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  private EdgeUpdates edge(int out, int in, int... ranks) {
    return new EdgeUpdates(
        "e",
        IntStream.range(0, ranks.length).boxed().toList(),
        Arrays.stream(ranks).mapToObj(rank -> random.update(out, in, rank)).toList());
  }

  @Test
  void svdIsTheTruncatedWeightedSum() {
    for (int trial = 0; trial < 30; trial++) {
      EdgeUpdates edge = random.edge(random.between(1, 4));
      RunWeights weights = new RunWeights(List.of(1.0, -0.5, 2.0, 0.25));
      int rank = random.between(1, 8);
      Tensor sum = torch.zeros(DType.FLOAT64, edge.out(), edge.in());
      Tensor plain = torch.zeros(DType.FLOAT64, edge.out(), edge.in());
      for (int i = 0; i < edge.count(); i++) {
        sum.addInPlace(edge.updates().get(i).full(), weights.of(i));
        plain.addInPlace(edge.updates().get(i).full());
      }
      Truncated result = new Svd(rank, weights).combine(edge);
      Tensor best = LowRankUpdateTest.truncated(sum, rank);
      CLOSE.check("svd", result.update().full().toDoubles(), best.toDoubles());
      assertThat(result.kept()).isCloseTo(Math.pow(best.norm() / sum.norm(), 2), within(1e-10));
      CLOSE.check(
          "of the plain sum",
          new Svd(rank, RunWeights.ONES).combine(edge).update().full().toDoubles(),
          LowRankUpdateTest.truncated(plain, rank).toDoubles());
    }
  }

  @Test
  void knotsIsTiesOfTheDenseRightFactors() {
    for (int trial = 0; trial < 30; trial++) {
      EdgeUpdates edge = random.edge(random.between(1, 4));
      double density = random.between(1, 10) / 10.0;
      Decompositions.Svd svd =
          Decompositions.svd(
              Tensor.cat(
                  1, edge.updates().stream().map(LowRankUpdate::full).toArray(Tensor[]::new)));
      int rank =
          (int) Arrays.stream(svd.values().toDoubles()).filter(value -> value > 1e-9).count();
      Tensor rows = svd.values().narrow(0, 0, rank).unsqueeze(1).mul(svd.vt().narrow(0, 0, rank));
      List<double[]> parts = new ArrayList<>();
      for (int i = 0; i < edge.count(); i++) {
        parts.add(rows.narrow(1, i * edge.in(), edge.in()).toDoubles());
      }
      double[] merged =
          new Ties(density, RunWeights.ONES, OptionalInt.empty())
              .values(parts, IntStream.range(0, edge.count()).toArray());
      Tensor expected =
          svd.u().narrow(1, 0, rank).matmul(torch.of(DType.FLOAT64, merged, rank, edge.in()));
      CLOSE.check(
          "knots " + density,
          new Knots(density).combine(edge).update().full().toDoubles(),
          expected.toDoubles());
    }
  }

  /** Runs without a common direction would have a say in each other's by rounding alone. */
  @Test
  void knotsLeavesUpdatesOfOrthogonalDirectionsAsTheyAre() {
    Tensor columns = Decompositions.orthonormalColumns(random.normal(16, 6));
    LowRankUpdate first = new LowRankUpdate(columns.narrow(1, 0, 3), random.normal(3, 9));
    LowRankUpdate second = new LowRankUpdate(columns.narrow(1, 3, 3).mul(5), random.normal(3, 9));
    EdgeUpdates edge = new EdgeUpdates("e", List.of(0, 1), List.of(first, second));
    CLOSE.check(
        "sum",
        new Knots(1).combine(edge).update().full().toDoubles(),
        first.full().add(second.full()).toDoubles());
  }

  private Tensor polar(Tensor matrix) {
    Decompositions.Svd svd = Decompositions.svd(matrix);
    return svd.u().matmul(svd.vt());
  }

  @Test
  void tsvIsThatOfTheDenseMatrices() {
    for (int[] sizes : new int[][] {{12, 20, 3}, {20, 12, 4}, {9, 9, 2}, {7, 30, 5}}) {
      int runs = sizes[2];
      int most = Math.min(sizes[0], sizes[1]) / runs;
      int[] ranks = new int[runs];
      Arrays.setAll(ranks, i -> most + i % 2);
      EdgeUpdates edge = edge(sizes[0], sizes[1], ranks);
      List<Tensor> u = new ArrayList<>();
      List<Tensor> s = new ArrayList<>();
      List<Tensor> vt = new ArrayList<>();
      for (LowRankUpdate update : edge.updates()) {
        Decompositions.Svd svd = Decompositions.svd(update.full());
        u.add(svd.u().narrow(1, 0, most));
        s.add(svd.values().narrow(0, 0, most));
        vt.add(svd.vt().narrow(0, 0, most));
      }
      Tensor values = Tensor.cat(0, s.toArray(Tensor[]::new));
      Tensor expected =
          polar(Tensor.cat(1, u.toArray(Tensor[]::new)))
              .mul(values)
              .matmul(polar(Tensor.cat(0, vt.toArray(Tensor[]::new))));
      LowRankUpdate result = new TsvM().combine(edge).update();
      CLOSE.check("tsv", result.full().toDoubles(), expected.toDoubles());
      // Both sides are orthonormal, so the singular values are those of the runs.
      double[] all = Arrays.stream(values.toDoubles()).sorted().toArray();
      double[] found = Arrays.stream(Triplets.of(result).values().toDoubles()).sorted().toArray();
      CLOSE.check("singular values", found, all);
    }
  }

  @Test
  void oneRunOfTsvIsTheRun() {
    EdgeUpdates edge = edge(8, 13, 8);
    CLOSE.check(
        "tsv",
        new TsvM().combine(edge).update().full().toDoubles(),
        edge.updates().get(0).full().toDoubles());
  }

  /** Twice the same run: half of the joined directions are not there, and nothing hangs on them. */
  @Test
  void equalRunsOfTsvAreOne() {
    LowRankUpdate update = random.update(20, 16, 4);
    EdgeUpdates edge =
        new EdgeUpdates("e", List.of(0, 1, 2), List.of(update, update, update.scaled(1)));
    CLOSE.check(
        "tsv", new TsvM().combine(edge).update().full().toDoubles(), update.full().toDoubles());
  }

  @Test
  void aScaleOfTheUpdatesIsOneOfTheResult() {
    EdgeUpdates edge = edge(12, 10, 3, 2, 3);
    for (double factor : new double[] {1e-9, 1e9}) {
      EdgeUpdates scaled =
          new EdgeUpdates(
              "e",
              edge.runs(),
              edge.updates().stream().map(update -> update.scaled(factor)).toList());
      for (CombineMethod method : List.of(new Knots(0.7), new TsvM())) {
        Closeness.relative(1e-8)
            .check(
                method + " x " + factor,
                method.combine(scaled).update().full().mul(1 / factor).toDoubles(),
                method.combine(edge).update().full().toDoubles());
      }
    }
  }

  @Test
  void moreRunsThanSizesLeaveEachATriplet() {
    EdgeUpdates edge = edge(3, 8, 2, 2, 1, 2, 2);
    assertThat(new TsvM().rank(3, 8, edge.ranks())).isEqualTo(3);
    LowRankUpdate result = new TsvM().combine(edge).update();
    assertThat(result.rank()).isEqualTo(3);
    assertThat(result.b().isFinite() && result.a().isFinite()).isTrue();
    assertThat(new TsvM().rank(20, 14, List.of(3, 3, 3))).isEqualTo(9);
    assertThat(new TsvM().rank(20, 14, List.of(5, 1, 4))).isEqualTo(9);
  }
}
