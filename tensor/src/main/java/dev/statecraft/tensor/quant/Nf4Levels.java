package dev.statecraft.tensor.quant;

import java.util.Arrays;

/** The numbers that NF4's values and scales are rounded to, and the bounds between them. */
final class Nf4Levels {
  /** Values of a block, which share a scale. */
  static final int BLOCK = 64;

  /** Scales of a group, which share a scale of their own. */
  static final int GROUP = 256;

  /**
   * Quantiles of the normal distribution, scaled to [-1, 1], with an exact zero (Dettmers et al.
   * 2023, appendix E).
   */
  private static final float[] VALUES = {
    -1.0f,
    -0.6961928f,
    -0.52507305f,
    -0.3949175f,
    -0.28444138f,
    -0.18477343f,
    -0.091050036f,
    0.0f,
    0.0795803f,
    0.1609302f,
    0.2461123f,
    0.33791524f,
    0.44070983f,
    0.562617f,
    0.72295684f,
    1.0f
  };

  private static final float[] SCALES = scaleLevels();

  private Nf4Levels() {}

  /** The 16 levels of values, ascending. */
  static float[] values() {
    return VALUES.clone();
  }

  /** The 256 levels of scales, ascending. */
  static float[] scales() {
    return SCALES.clone();
  }

  /**
   * The signed dynamic map (Dettmers 2016, "8-Bit Approximations for Parallelism in Deep
   * Learning"): for each power of ten from 1e-6 to 1, twice as many levels as for the one before,
   * the middles of equal parts of [0.1, 1]; with 0 and 1. In float32 throughout, as bitsandbytes
   * makes it.
   */
  private static float[] scaleLevels() {
    float[] levels = new float[256];
    int count = 0;
    for (int exponent = -6; exponent <= 0; exponent++) {
      int parts = 1 << (exponent + 6);
      float power = (float) Math.pow(10, exponent);
      for (int i = 0; i < parts; i++) {
        float level = power * ((bound(i, parts) + bound(i + 1, parts)) / 2);
        levels[count++] = level;
        levels[count++] = -level;
      }
    }
    levels[count] = 1; // One more stays 0.
    Arrays.sort(levels);
    return levels;
  }

  /** The i-th of the bounds of equal parts of [0.1, 1], from the nearer end: torch.linspace. */
  private static float bound(int i, int parts) {
    float step = (1f - 0.1f) / parts;
    return i < (parts + 1) / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, parts - i, 1f);
  }

  /** The middles between neighbours: a number above the first n of them is nearest to level n. */
  static float[] bounds(float[] levels) {
    float[] bounds = new float[levels.length - 1];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = (float) (((double) levels[i] + levels[i + 1]) / 2);
    }
    return bounds;
  }
}
