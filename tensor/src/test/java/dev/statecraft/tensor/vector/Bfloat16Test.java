package dev.statecraft.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Bfloat16Test {
  /** Every bfloat16, the floats next to it, halfway to the next and next to that. */
  @Test
  void roundsToTheNearestTiesToEven() {
    int[] below = {0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF};
    float[] wide = new float[below.length];
    short[] narrow = new short[below.length];
    float[] row = new float[33];
    short[] rounded = new short[33];
    for (int upper = 0; upper < 1 << 16; upper++) {
      for (int i = 0; i < below.length; i++) {
        wide[i] = Float.intBitsToFloat(upper << 16 | below[i]);
        java.util.Arrays.fill(row, wide[i]);
        Bfloat16.narrow(row, rounded, 33);
        narrow[i] = rounded[0];
        assertThat(rounded[32]).as("vector and single").isEqualTo(rounded[0]);
        boolean isQuiet = (upper & 0x40) != 0;
        if (Float.isNaN(wide[i])) {
          if (isQuiet) {
            assertThat(Float.intBitsToFloat(rounded[0] << 16)).isNaN();
          }
        } else {
          boolean up = below[i] > 0x8000 || (below[i] == 0x8000 && (upper & 1) == 1);
          assertThat(rounded[0]).isEqualTo((short) (upper + (up ? 1 : 0)));
        }
      }
    }
  }

  @Test
  void widensExactly() {
    short[] narrow = new short[1 << 16];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (short) i;
    }
    float[] wide = new float[narrow.length];
    Bfloat16.widen(narrow, wide, narrow.length);
    for (int i = 0; i < narrow.length; i++) {
      assertThat(Float.floatToRawIntBits(wide[i]) >>> 16).isEqualTo(i);
    }
  }
}
