package dev.statecraft.models.config.rope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RopeConfigTest {
  private static double[] frequencies(RopeConfig rope, int headDim) {
    return rope.table(headDim).frequencies().at(1);
  }

  @Test
  void defaultFrequenciesAreAGeometricSequence() {
    assertThat(frequencies(new RopeConfig(10_000), 8)).containsExactly(1, 0.1f, 0.01f, 0.001f);
  }

  /** LLaMA 3.1 8B; the three bands and the blend between them. */
  @Test
  void llama3SlowsTheLowFrequenciesOnly() {
    double[] plain = frequencies(new RopeConfig(500_000), 128);
    double[] scaled =
        frequencies(new RopeConfig(500_000, new RopeScaling.Llama3(8, 1, 4, 8192)), 128);
    assertThat(scaled).hasSize(64);
    for (int i = 0; i < 64; i++) {
      double turns = 8192 * plain[i] / (2 * Math.PI);
      if (turns > 4) {
        assertThat(scaled[i]).isEqualTo(plain[i]);
      } else if (turns < 1) {
        assertThat(scaled[i]).isEqualTo((float) plain[i] / 8);
      } else {
        assertThat(scaled[i]).isStrictlyBetween(plain[i] / 8, plain[i]);
      }
    }
    // transformers' own float32 values.
    assertThat(scaled[29]).isEqualTo(0.0021665706299245358);
    assertThat(scaled[34]).isEqualTo(0.0001785077911335975);
    assertThat(scaled[63]).isEqualTo(3.068925877869333e-07);
  }

  @Test
  void refusesOddHeads() {
    RopeConfig rope = new RopeConfig(10_000);
    assertThatThrownBy(() -> rope.table(7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rope needs an even number of features, not 7");
    assertThatThrownBy(() -> rope.table(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
