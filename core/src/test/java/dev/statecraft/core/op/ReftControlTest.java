package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.EdgePlace;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.Reft.Variant;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.OrthonormalRows;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.TensorAssert;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReftControlTest extends OpTest {
  private static final double SCALE = 0.7;

  private static Op op(Variant variant, Positions positions) {
    return new Reft(variant, 2, SCALE, positions).op(new EdgePlace("layers.0.output", true));
  }

  /** The formula as it stands, and 0 where positions are not meant. */
  private static Tensor oracle(Variant variant, List<Tensor> x, List<Tensor> w, double... meant) {
    Tensor added;
    if (variant == Variant.LOREFT) {
      Tensor target = x.get(1).matmul(w.get(0).t()).add(w.get(2));
      added = target.sub(x.get(1).matmul(w.get(1).t())).matmul(w.get(1));
    } else {
      added = x.get(1).matmul(w.get(0).t()).add(w.get(2)).matmul(w.get(1).t());
    }
    Tensor mask = added.torch().of(DType.FLOAT64, meant, meant.length, 1);
    return x.get(0).add(added.mul(SCALE).mul(mask));
  }

  private void check(Variant variant, String positions, int[] lengths, double... meant) {
    boolean loreft = variant == Variant.LOREFT;
    OpCase one =
        of(op(variant, Positions.parse(positions)), lengths)
            .input(Shape.tokens(loreft ? 5 : 4))
            .input(Shape.tokens(5))
            .parameter(2, 5);
    (loreft ? one.parameter(2, 5) : one.parameter(4, 2))
        .parameter(2)
        .verify((x, w) -> oracle(variant, x, w, meant));
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void allPositions(Variant variant) {
    check(variant, "all", new int[] {3, 1}, 1, 1, 1, 1);
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void firstAndLastOfRaggedSequences(Variant variant) {
    check(variant, "first 2", new int[] {5, 1}, 1, 1, 0, 0, 0, 1);
    check(variant, "last 2", new int[] {5, 1, 3}, 0, 0, 0, 1, 1, 1, 0, 1, 1);
    check(variant, "first 1, last 2", new int[] {5, 3, 2, 1}, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  /** First and last are those of what is given before the first token that is learned. */
  @Test
  void positionsAreThoseOfThePrompt() {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(3)) {
      List<Tensor> x = inputs(generator, 7);
      List<Tensor> w = parameters(generator);
      Op op = op(Variant.LOREFT, Positions.parse("first 1, last 1"));
      Layout layout = Layout.ofLengths(5, 2).withPrompts(3, 2);
      Closeness.relative(1e-12)
          .check(
              "output",
              new OpHarness(torch, op, layout, DType.FLOAT64, 1).forward(x, w).output(),
              oracle(Variant.LOREFT, x, w, 1, 0, 1, 0, 0, 1, 1).toDoubles());
    }
  }

  private List<Tensor> inputs(Generator generator, int rows) {
    return List.of(
        torch.normal(generator, DType.FLOAT64, 0, 1, rows, 5),
        torch.normal(generator, DType.FLOAT64, 0, 1, rows, 5));
  }

  private List<Tensor> parameters(Generator generator) {
    return List.of(
        torch.normal(generator, DType.FLOAT64, 0, 1, 2, 5),
        torch.normal(generator, DType.FLOAT64, 0, 1, 2, 5),
        torch.normal(generator, DType.FLOAT64, 0, 1, 2));
  }

  /** What is generated comes behind the prompt. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"all | 1,1,1,1,1", "first 4 | 1,1,1,0,0", "last 1 | 0,0,1,0,0"})
  void cachedGenerationChangesTheFirstRowsAlone(String positions, String meant) {
    double[] mask = Arrays.stream(meant.split(",")).mapToDouble(Double::parseDouble).toArray();
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(4);
        TestCache cache = new TestCache()) {
      List<Tensor> x = inputs(generator, 5);
      List<Tensor> w = parameters(generator);
      Op op = op(Variant.LOREFT, Positions.parse(positions));
      List<Tensor> parts = new ArrayList<>();
      int start = 0;
      for (int length : new int[] {3, 1, 1}) {
        int from = start;
        List<Tensor> step = x.stream().map(all -> all.narrow(0, from, length)).toList();
        Layout layout = Layout.ofLengths(length);
        parts.add(new OpHarness(torch, op, layout, DType.FLOAT64, 1).cachedForward(step, w, cache));
        start += length;
      }
      TensorAssert.assertThat(Tensor.cat(0, parts.toArray(Tensor[]::new)))
          .hasShape(5, 5)
          .hasValues(oracle(Variant.LOREFT, x, w, mask).toDoubles());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "first 1", "last 12", "first 3, last 4"})
  void positionsAreReadAsTheyAreWritten(String text) {
    assertThat(Positions.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "some",
        "first",
        "first 0",
        "last -1",
        "first 1last 2",
        "first 1, ",
        ", last 2"
      })
  void positionsThatAreNone(String text) {
    assertThatThrownBy(() -> Positions.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "positions: expected all, first N, last N or 'first N, last M', found '" + text + "'");
  }

  @Test
  void rowsAreMadeOrthonormalAndStaySo() {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(6)) {
      Tensor matrix = torch.normal(generator, DType.FLOAT64, 0, 1, 4, 6);
      Tensor lastRow = matrix.narrow(0, 3, 1);
      // Almost the sum of the others.
      lastRow.copyFrom(matrix.narrow(0, 0, 3).sumKeep(0).addInPlace(lastRow, 1e-7));
      OrthonormalRows.make(matrix);
      double[] identity = new double[16];
      for (int i = 0; i < 4; i++) {
        identity[5 * i] = 1;
      }
      Closeness exact = Closeness.relative(1e-14);
      exact.check("products", matrix.matmul(matrix.t()).toDoubles(), identity);
      double[] before = matrix.toDoubles();
      OrthonormalRows.make(matrix);
      exact.check("again", matrix.toDoubles(), before);
    }
  }

  @Test
  void noMoreOrthonormalRowsThanFeatures() {
    Reft function = new Reft(Variant.LOREFT, 6, 1, Positions.ALL);
    assertThatThrownBy(() -> function.parameters(name -> name, 5, 5))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("rank: expected at most 5, ");
  }
}
