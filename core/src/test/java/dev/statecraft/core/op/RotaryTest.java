package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
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
