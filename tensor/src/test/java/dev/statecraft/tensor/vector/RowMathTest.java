package dev.statecraft.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
}
