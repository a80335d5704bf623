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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ZipLoRA's loss against dense matrices and differences, and what its descent comes to. */
class ZipLoraTest {
  private final Torch torch = Torch.cpu();
  private final Scope scope = torch.scope();
  private final RandomUpdates random = new RandomUpdates(torch, 31);

  @AfterEach
  void close() {
    scope.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  private EdgeUpdates edge(int out, int in, int rank, int runs) {
    return new EdgeUpdates(
        "e",
        IntStream.range(0, runs).boxed().toList(),
        IntStream.range(0, runs).mapToObj(i -> random.update(out, in, rank)).toList());
  }

  private List<Tensor> inputs(int rows, EdgeUpdates edge) {
    return IntStream.range(0, edge.count()).mapToObj(i -> random.normal(rows, edge.in())).toList();
  }

  private static double[] ones(ZipLoss loss) {
    double[] m = new double[loss.variables()];
    Arrays.fill(m, 1);
    return m;
  }

  private static double value(ZipLoss loss, double[] m) {
    return loss.evaluate(m, new double[m.length]);
  }

  /** The definition, by dense matrices. */
  private double dense(EdgeUpdates edge, List<Tensor> inputs, double lambda, double[] m) {
    int runs = edge.count();
    Tensor columns = torch.of(DType.FLOAT64, m, edge.in(), runs).t();
    Tensor joined = torch.zeros(DType.FLOAT64, edge.out(), edge.in());
    for (int i = 0; i < runs; i++) {
      joined.addInPlace(edge.updates().get(i).full().mul(columns.narrow(0, i, 1)));
    }
    double loss = 0;
    for (int i = 0; i < runs; i++) {
      Tensor error = inputs.get(i).linear(joined.sub(edge.updates().get(i).full()));
      loss += error.square().sum() / error.elements();
      for (int j = i + 1; j < runs; j++) {
        Tensor both = columns.select(0, i).mul(columns.select(0, j));
        loss += lambda * both.magnitude().sum() / edge.in();
      }
    }
    return loss;
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "2, 3", "2, 40", "3, 7", "4, 30"})
  void lossAndSlopesAreThoseOfTheDefinition(int runs, int rows) {
    EdgeUpdates edge = edge(9, 11, 3, runs);
    List<Tensor> inputs = inputs(rows, edge);
    double lambda = 0.7;
    ZipLoss loss = new ZipLoss(edge, inputs, lambda);
    double[] m = random.normals(loss.variables());
    double[] gradient = new double[m.length];
    double found = loss.evaluate(m, gradient);
    assertThat(found).isCloseTo(dense(edge, inputs, lambda, m), within(1e-10 * found));
    for (int i = 0; i < m.length; i++) {
      double[] moved = m.clone();
      double step = Math.min(1e-4, Math.abs(m[i]) / 2); // Not across the kink.
      moved[i] = m[i] + step;
      double above = value(loss, moved);
      moved[i] = m[i] - step;
      double slope = (above - value(loss, moved)) / (2 * step);
      assertThat(gradient[i]).isCloseTo(slope, within(1e-5 * (1 + Math.abs(slope))));
    }
  }

  /** Without the last term the loss is quadratic, so its minimum can be computed. */
  @ParameterizedTest
  @CsvSource({"2, 40, 1e-6", "2, 6, 1e-4", "3, 200, 1e-6"})
  void descentComesToTheLeastSquares(int runs, int rows, double gap) {
    EdgeUpdates edge = edge(14, 10, 3, runs);
    ZipLoss loss = new ZipLoss(edge, inputs(rows, edge), 0);
    double start = value(loss, ones(loss));
    double least = least(loss);
    double found = value(loss, ZipDescent.minimize(loss, 300));
    assertThat(start).isGreaterThan(1.1 * least);
    assertThat(found - least).isBetween(-1e-9 * start, gap * (start - least));
  }

  private double least(ZipLoss loss) {
    int size = loss.variables();
    double[] slope = new double[size];
    double constant = loss.evaluate(new double[size], slope);
    double[] curvature = new double[size * size];
    for (int i = 0; i < size; i++) {
      double[] unit = new double[size];
      unit[i] = 1;
      double[] gradient = new double[size];
      loss.evaluate(unit, gradient);
      for (int j = 0; j < size; j++) {
        curvature[j * size + i] = gradient[j] - slope[j];
      }
    }
    Decompositions.Svd svd = Decompositions.svd(torch.of(DType.FLOAT64, curvature, size, size));
    double[] values = svd.values().toDoubles();
    double[] along = svd.vt().matmul(torch.of(DType.FLOAT64, slope, size, 1)).toDoubles();
    double least = constant;
    for (int i = 0; i < size; i++) {
      if (values[i] > 1e-10 * values[0]) {
        least -= along[i] * along[i] / values[i] / 2;
      }
    }
    return least;
  }

  /** Where runs read different columns each can have its own, and nothing is left to lose. */
  @Test
  void runsOfDifferentColumnsKeepThem() {
    int in = 12;
    EdgeUpdates edge = edge(10, in, 3, 2);
    double[] half = new double[in];
    Arrays.fill(half, 0, in / 2, 1);
    Tensor first = torch.of(DType.FLOAT64, half, 1, in);
    Tensor second = first.mul(-1).addScalarInPlace(1);
    List<Tensor> inputs =
        List.of(random.normal(30, in).mul(first), random.normal(30, in).mul(second));
    LowRankUpdate result =
        new ZipLora(0, 300, (name, run) -> inputs.get(run)).combine(edge).update();
    Tensor expected =
        edge.updates().get(0).full().mul(first).add(edge.updates().get(1).full().mul(second));
    new Closeness(1e-4, 0).check("columns", result.full().toDoubles(), expected.toDoubles());
  }

  @Test
  void isNeverWorseThanTheSum() {
    for (int trial = 0; trial < 20; trial++) {
      EdgeUpdates edge = random.edge(random.between(1, 4));
      List<Tensor> inputs = inputs(random.between(1, 30), edge);
      double lambda = random.between(0, 3) * 10.0;
      ZipLoss loss = new ZipLoss(edge, inputs, lambda);
      for (int iterations : new int[] {0, 1, 3, 50}) {
        double[] m = ZipDescent.minimize(loss, iterations);
        assertThat(value(loss, m)).isLessThanOrEqualTo(value(loss, ones(loss)));
        if (iterations == 0) {
          assertThat(m).containsOnly(1);
        }
      }
    }
  }

  /** Where next to nothing can be won, a first step of Adam's loses much. */
  @Test
  void aStartThatIsNearlyTheBestIsKept() {
    LowRankUpdate large = random.update(8, 9, 3);
    LowRankUpdate small = random.update(8, 9, 3).scaled(1e-3);
    EdgeUpdates edge = new EdgeUpdates("e", List.of(0, 1), List.of(large, small));
    List<Tensor> inputs = List.of(random.normal(20, 9), random.normal(20, 9).mul(1e-4));
    ZipLoss loss = new ZipLoss(edge, inputs, 0);
    assertThat(ZipDescent.minimize(loss, 1)).containsOnly(1);
    double[] m = ZipDescent.minimize(loss, 300);
    assertThat(value(loss, m)).isLessThanOrEqualTo(value(loss, ones(loss)));
  }

  @Test
  void resultIsTheUpdatesByTheirColumns() {
    EdgeUpdates edge = edge(6, 9, 2, 3);
    List<Tensor> inputs = inputs(5, edge);
    List<String> asked = new ArrayList<>();
    Truncated result =
        new ZipLora(
                0.01,
                80,
                (name, run) -> {
                  asked.add(name + run);
                  return inputs.get(run);
                })
            .combine(edge);
    assertThat(asked).containsExactly("e0", "e1", "e2");
    double[] m = ZipDescent.minimize(new ZipLoss(edge, inputs, 0.01), 80);
    Tensor columns = torch.of(DType.FLOAT64, m, 9, 3).t();
    Tensor expected = torch.zeros(DType.FLOAT64, 6, 9);
    for (int i = 0; i < 3; i++) {
      expected.addInPlace(edge.updates().get(i).full().mul(columns.narrow(0, i, 1)));
    }
    Closeness.relative(1e-12)
        .check("result", result.update().full().toDoubles(), expected.toDoubles());
    assertThat(result.kept()).isEqualTo(1);
  }

  @Test
  void lambdaKeepsColumnsApart() {
    EdgeUpdates edge = edge(10, 12, 3, 2);
    List<Tensor> inputs = inputs(40, edge);
    double[] overlaps = new double[2];
    for (int i = 0; i < 2; i++) {
      double[] m = ZipDescent.minimize(new ZipLoss(edge, inputs, 10.0 * i), 300);
      for (int c = 0; c < 12; c++) {
        overlaps[i] += Math.abs(m[2 * c] * m[2 * c + 1]);
      }
    }
    assertThat(overlaps[1]).isLessThan(0.5 * overlaps[0]);
  }

  /** Orders and units change the path by rounding alone, kinks and all. */
  @Test
  void orderAndUnitsDoNotMatter() {
    EdgeUpdates edge = edge(8, 10, 3, 3);
    List<Tensor> inputs = inputs(15, edge);
    EdgeUpdates small =
        new EdgeUpdates(
            "e", edge.runs(), edge.updates().stream().map(update -> update.scaled(1e-4)).toList());
    double[] expected =
        new ZipLora(0.5, 300, (name, run) -> inputs.get(run))
            .combine(edge)
            .update()
            .full()
            .toDoubles();
    Closeness close = Closeness.relative(1e-8);
    close.check(
        "order",
        new ZipLora(0.5, 300, (name, run) -> inputs.get(run))
            .combine(RandomUpdates.reversed(edge))
            .update()
            .full()
            .toDoubles(),
        expected);
    close.check(
        "unit",
        new ZipLora(0.5e-8, 300, (name, run) -> inputs.get(run))
            .combine(small)
            .update()
            .full()
            .mul(1e4)
            .toDoubles(),
        expected);
  }
}
