package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RotaryTest extends OpTest {
  private static Tensor rotated(Tensor x, Tensor table, int headDim) {
    int half = headDim / 2;
    Tensor cos = table.narrow(1, 0, half);
    Tensor sin = table.narrow(1, half, half);
    List<Tensor> parts = new ArrayList<>();
    for (int start = 0; start < x.size(1); start += headDim) {
      Tensor first = x.narrow(1, start, half);
      Tensor second = x.narrow(1, start + half, half);
      parts.add(first.mul(cos).sub(second.mul(sin)));
      parts.add(second.mul(cos).add(first.mul(sin)));
    }
    return Tensor.cat(1, parts.toArray(Tensor[]::new));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 2", "5, 3, 4", "4, 2, 10"})
  void turnsEveryHead(int tokens, int heads, int headDim) {
    of(new Rotary(headDim), tokens)
        .input(Shape.tokens((long) heads * headDim))
        .constant(Precision.MASTER, Shape.tokens(headDim))
        .verify((x, w) -> rotated(x.get(0), x.get(1), headDim));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 4, 2", "5, 3, 6, 4", "4, 2, 40, 10"})
  void turnsAPartOfEveryHead(int tokens, int heads, int headDim, int turned) {
    of(new Rotary(headDim, turned), tokens)
        .input(Shape.tokens((long) heads * headDim))
        .constant(Precision.MASTER, Shape.tokens(turned))
        .verify(
            (x, w) -> {
              List<Tensor> parts = new ArrayList<>();
              for (int h = 0; h < heads; h++) {
                Tensor head = x.get(0).narrow(1, (long) h * headDim, headDim);
                parts.add(rotated(head.narrow(1, 0, turned), x.get(1), turned));
                parts.add(head.narrow(1, turned, headDim - turned));
              }
              return Tensor.cat(1, parts.toArray(Tensor[]::new));
            });
  }

  private double[] table(RotaryTable op, int[] lengths, double... positions) {
    return of(op, lengths).index(Shape.of(Axis.TOKENS), positions).output(DType.FLOAT64);
  }

  private static double[] joined(double[]... parts) {
    return Arrays.stream(parts).flatMapToDouble(Arrays::stream).toArray();
  }

  /** Packed, every sequence has the frequencies of its own length. */
  @Test
  void sequencesOfDifferentRegimesAreAsAlone() {
    double[] five = {0, 1, 2, 3, 4};
    double[] two = {0, 1};
    for (RotaryFrequencies frequencies :
        List.of(
            new RotaryFrequencies.Switched(3, List.of(1.0, 0.1), List.of(0.5, 0.01)),
            new RotaryFrequencies.Dynamic(100, 4, 2, 3))) {
      RotaryTable op = new RotaryTable(frequencies, 1.25);
      double[] ofFive = table(op, new int[] {5}, five);
      double[] ofTwo = table(op, new int[] {2}, two);
      assertThat(table(op, new int[] {5, 2}, joined(five, two))).isEqualTo(joined(ofFive, ofTwo));
      assertThat(table(op, new int[] {2, 5, 2}, joined(two, five, two)))
          .isEqualTo(joined(ofTwo, ofFive, ofTwo));
      assertThat(table(op, new int[] {1}, 4))
          .as("a token that goes on from others")
          .isEqualTo(Arrays.copyOfRange(ofFive, 16, 20));
      assertThat(Arrays.copyOf(ofFive, 8)).isNotEqualTo(ofTwo);
      assertThat(op.regime(2)).isEqualTo(op.regime(3)).isNotEqualTo(op.regime(4));
      assertThat(ofTwo[0]).as("the amplitude").isEqualTo(1.25);
    }
  }

  @Test
  void switchedFrequenciesAreThoseOfTheLength() {
    RotaryFrequencies switched = new RotaryFrequencies.Switched(3, List.of(1.0), List.of(0.5));
    RotaryTable op = new RotaryTable(switched, 1);
    assertThat(table(op, new int[] {3}, 0, 1, 2)[4]).isCloseTo(Math.cos(2), within(1e-7));
    assertThat(table(op, new int[] {4}, 0, 1, 2, 3)[4]).isCloseTo(Math.cos(1), within(1e-7));
  }

  /** Each token beyond the original context changes the base. */
  @Test
  void dynamicFrequenciesGrowWithTheText() {
    RotaryFrequencies.Dynamic dynamic = new RotaryFrequencies.Dynamic(10_000, 8, 2, 16);
    assertThat(dynamic.at(16)).isEqualTo(dynamic.at(3));
    double base = 10_000 * Math.pow(2.0 * 40 / 16 - 1, 8.0 / 6);
    for (int i = 0; i < 4; i++) {
      assertThat(dynamic.at(40)[i]).isCloseTo(Math.pow(base, -i / 4.0), withinPercentage(1e-4));
    }
    assertThat(dynamic.regime(41)).isNotEqualTo(dynamic.regime(40));
  }

  @Test
  void tableHoldsFloat32CosinesThenSines() {
    double[] frequencies = {1, 0.1, 0.0316227766016838};
    double[] positions = {0, 1, 2, 0, 511};
    double[] table =
        of(new RotaryTable(frequencies), 3, 2)
            .index(Shape.of(Axis.TOKENS), positions)
            .output(DType.FLOAT64);
    for (int t = 0; t < positions.length; t++) {
      for (int i = 0; i < 3; i++) {
        float angle = (float) positions[t] * (float) frequencies[i];
        double cos = table[t * 6 + i];
        double sin = table[t * 6 + 3 + i];
        assertThat(cos).isCloseTo(Math.cos(angle), within(1.2e-7));
        assertThat(sin).isCloseTo(Math.sin(angle), within(1.2e-7));
        assertThat((double) (float) cos).as("widened float32").isEqualTo(cos);
        assertThat((double) (float) sin).as("widened float32").isEqualTo(sin);
      }
    }
    assertThat(
            of(new RotaryTable(frequencies), 3, 2)
                .index(Shape.of(Axis.TOKENS), positions)
                .output(DType.BFLOAT16))
        .as("the table of a bfloat16 model stays float32")
        .isEqualTo(table);
  }

  @Test
  void tablesAreNotDifferentiable() {
    assertThat(new RotaryTable(1).differentiable()).isFalse();
    assertThat(new RotaryTable(1)).isEqualTo(new RotaryTable(RotaryFrequencies.of(1.0), 1));
  }
}
