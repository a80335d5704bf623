package dev.statecraft.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateMathTest {
  private static final int N = 203; // Whole vectors and a rest.

  private final Random random = new Random(3);

  private float[] normal(float scale) {
    float[] x = new float[N];
    for (int i = 0; i < N; i++) {
      x[i] = (float) random.nextGaussian() * scale;
    }
    return x;
  }

  private static double tanhGelu(double z) {
    return 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
  }

  /** By Simpson's rule, {@code z (1/2 + the density from 0 to z)}. */
  private static double gelu(double z) {
    double end = Math.max(-9, Math.min(9, z));
    int steps = 2000;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double x = end * i / steps;
      sum += Math.exp(-x * x / 2) * (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return z * (0.5 + sum * end / steps / 3 / Math.sqrt(2 * Math.PI));
  }

  private static double slope(DoubleUnaryOperator f, double z) {
    double h = 1e-4;
    return (f.applyAsDouble(z + h) - f.applyAsDouble(z - h)) / (2 * h);
  }

  private void check(boolean tanh, float spread) {
    DoubleUnaryOperator f = tanh ? GateMathTest::tanhGelu : GateMathTest::gelu;
    float[] z = normal(spread);
    float[] up = normal(1);
    float[] dy = normal(1);
    float[] gated = z.clone();
    float[] gateGradient = z.clone();
    float[] upGradient = up.clone();
    if (tanh) {
      GateMath.tanhGeGlu(gated, up, N);
      GateMath.tanhGeGluBackward(dy, gateGradient, upGradient, N);
    } else {
      GateMath.geGlu(gated, up, N);
      GateMath.geGluBackward(dy, gateGradient, upGradient, N);
    }
    for (int i = 0; i < N; i++) {
      double y = f.applyAsDouble(z[i]);
      double size = 3e-7 * (1 + Math.abs(z[i]));
      assertThat((double) gated[i])
          .as("gelu of " + z[i])
          .isEqualTo(y * up[i], within(size * Math.abs(up[i])));
      assertThat((double) upGradient[i]).isEqualTo(y * dy[i], within(size * Math.abs(dy[i])));
      assertThat((double) gateGradient[i])
          .as("slope at " + z[i])
          .isEqualTo(
              slope(f, z[i]) * dy[i] * up[i], within(1e-6 * Math.abs(dy[i] * up[i]) + 1e-30));
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-4f, 0.1f, 1, 4, 30})
  void byTanh(float spread) {
    check(true, spread);
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-4f, 0.1f, 1, 4, 30})
  void byErf(float spread) {
    check(false, spread);
  }

  /** Far from 0 a gate is open or shut; faults come through. */
  @Test
  void farOutAndFaulty() {
    float[] z = {1e6f, -1e6f, 1e9f, -1e9f, Float.NaN, 1, 0, -0.0f, 1, 1, 1, 1, 1, 1, 1, 1};
    float[] ones = new float[16];
    Arrays.fill(ones, 1);
    for (boolean tanh : new boolean[] {true, false}) {
      float[] y = z.clone();
      float[] gate = z.clone();
      float[] up = ones.clone();
      if (tanh) {
        GateMath.tanhGeGlu(y, ones, 16);
        GateMath.tanhGeGluBackward(ones, gate, up, 16);
      } else {
        GateMath.geGlu(y, ones, 16);
        GateMath.geGluBackward(ones, gate, up, 16);
      }
      assertThat(y[0]).isEqualTo(1e6f);
      assertThat(y[1]).isEqualTo(0, within(1e-6f));
      assertThat(y[2]).isEqualTo(1e9f);
      assertThat(y[3]).isEqualTo(0, within(1e-6f));
      assertThat(y[4]).isNaN();
      assertThat(gate[0]).isEqualTo(1);
      assertThat(gate[1]).isEqualTo(0, within(1e-6f));
      assertThat(gate[2]).isEqualTo(1);
      assertThat(gate[3]).isEqualTo(0, within(1e-6f));
      assertThat(gate[4]).isNaN();
      assertThat(gate[6]).isEqualTo(0.5f, within(1e-7f));
    }
  }
}
