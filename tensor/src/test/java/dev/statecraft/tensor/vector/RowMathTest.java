package dev.statecraft.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowMathTest {
  private final Random random = new Random(9);

  private float[] normal(int n, float scale) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian() * scale;
    }
    return x;
  }

  private static double[] softmax(float[] x, double scale, int n) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      most = Math.max(most, x[i] * scale);
    }
    double[] y = new double[x.length];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      y[i] = Math.exp(x[i] * scale - most);
      sum += y[i];
    }
    for (int i = 0; i < n; i++) {
      y[i] /= sum;
    }
    return y;
  }

  @Test
  void softmaxOfTheFirstNumbers() {
    for (int width : new int[] {1, 5, 16, 37, 64, 200}) {
      for (int n = 1; n <= width; n++) {
        for (float spread : new float[] {0, 1, 300}) {
          float[] x = normal(width, spread);
          double[] expected = softmax(x, 0.125, n);
          RowMath.softmax(x, 0.125f, 0, n);
          for (int i = 0; i < width; i++) {
            assertThat((double) x[i]).as(width + " " + n).isEqualTo(expected[i], within(3e-6));
          }
        }
      }
    }
  }

  /** All below zero, where the integers that are compared run the other way. */
  @Test
  void softmaxOfNegativeNumbers() {
    float[] x = {-1000, -1001, -1e6f, -1000.5f};
    double[] expected = softmax(x, 1, 4);
    RowMath.softmax(x, 1, 0, 4);
    for (int i = 0; i < 4; i++) {
      assertThat((double) x[i]).isEqualTo(expected[i], within(1e-6));
    }
  }

  @Test
  void softmaxTellsOfFaults() {
    for (float fault : new float[] {Float.NaN, -Float.NaN, Float.POSITIVE_INFINITY}) {
      for (int at : new int[] {0, 20, 39}) {
        float[] x = normal(40, 1);
        x[at] = fault;
        RowMath.softmax(x, 1, 0, 40);
        assertThat(x[at]).isNaN();
      }
    }
  }

  @Test
  void softmaxBackwardOfTheFirstNumbers() {
    for (int width : new int[] {1, 16, 37, 64}) {
      for (int n = 1; n <= width; n++) {
        float[] y = normal(width, 2);
        RowMath.softmax(y, 1, 0, n);
        float[] g = normal(width, 1);
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += (double) g[i] * y[i];
        }
        double[] expected = new double[width];
        for (int i = 0; i < n; i++) {
          expected[i] = 0.25 * y[i] * (g[i] - sum);
        }
        RowMath.softmaxBackward(g, y, 0.25f, 0, n);
        for (int i = 0; i < width; i++) {
          assertThat((double) g[i]).isEqualTo(expected[i], within(2e-6));
        }
      }
    }
  }

  @Test
  void swiGlu() {
    float[] gate = normal(50, 4);
    float[] up = normal(50, 1);
    double[] expected = new double[50];
    for (int i = 0; i < 50; i++) {
      expected[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    RowMath.swiGlu(gate, up, 50);
    for (int i = 0; i < 50; i++) {
      assertThat((double) gate[i]).isEqualTo(expected[i], within(1e-5));
    }
  }

  @Test
  void softmaxOfNumbersBetween() {
    for (int width : new int[] {1, 16, 37, 64}) {
      for (int from = 0; from < width; from++) {
        for (int end = from + 1; end <= width; end++) {
          float[] x = normal(width, 30);
          float[] between = Arrays.copyOfRange(x, from, end);
          double[] expected = softmax(between, 0.5, between.length);
          RowMath.softmax(x, 0.5f, from, end);
          for (int i = 0; i < width; i++) {
            double value = i < from || i >= end ? 0 : expected[i - from];
            assertThat((double) x[i]).as(from + " " + end).isEqualTo(value, within(3e-6));
          }
        }
      }
    }
  }

  /** What lies outside is whatever memory held. */
  @Test
  void softmaxBackwardLooksAtNothingOutside() {
    float[] y = normal(40, 1);
    RowMath.softmax(y, 1, 3, 21);
    float[] g = normal(40, 1);
    float[] faulty = g.clone();
    Arrays.fill(faulty, 0, 3, Float.NaN);
    Arrays.fill(faulty, 21, 40, Float.NaN);
    RowMath.softmaxBackward(g, y, 0.5f, 3, 21);
    RowMath.softmaxBackward(faulty, y, 0.5f, 3, 21);
    assertThat(faulty).containsExactly(g, within(0f));
    assertThat(g[2]).isZero();
    assertThat(g[3]).isNotZero();
  }

  /** To some units in the last place, near 0 and far from it. */
  @Test
  void capIsATanh() {
    for (float spread : new float[] {1e-6f, 1e-3f, 0.1f, 1, 10, 1000, 1e30f}) {
      float[] x = normal(200, spread);
      float[] before = x.clone();
      RowMath.cap(x, 0.5f, 3, 200);
      for (int i = 0; i < 200; i++) {
        double expected = 3 * Math.tanh(0.5 / 3 * before[i]);
        assertThat((double) x[i])
            .as("cap of " + before[i])
            .isEqualTo(expected, within(8 * 6e-8 * Math.abs(expected) + 1e-37));
        assertThat(Math.abs(x[i])).isLessThanOrEqualTo(3);
      }
    }
  }

  @Test
  void capTellsOfFaults() {
    float[] x = normal(40, 1);
    x[7] = Float.NaN;
    x[39] = Float.NaN;
    RowMath.cap(x, 1, 50, 40);
    assertThat(x[7]).isNaN();
    assertThat(x[39]).isNaN();
    assertThat(x[8]).isFinite();
  }

  @Test
  void slopesOfCaps() {
    float[] y = normal(50, 1);
    RowMath.cap(y, 1, 2, 50);
    float[] slopes = new float[50];
    RowMath.capSlopes(slopes, y, 2, 50);
    for (int i = 0; i < 50; i++) {
      double tanh = y[i] / 2.0;
      assertThat((double) slopes[i]).isEqualTo(1 - tanh * tanh, within(2e-7));
    }
  }
}
