package dev.statecraft.models.config;

import java.util.Optional;

/**
 * Rotary position embedding.
 *
 * @param theta base of the frequencies
 * @param llama3 the rescaling that LLaMA 3.1 and later use, or empty for the original frequencies
 */
public record RopeConfig(double theta, Optional<Llama3Scaling> llama3) {
  private static final double DEFAULT_THETA = 10_000;

  /**
   * Slows the low frequencies down to reach contexts longer than the pretraining had.
   *
   * @param factor how much the low frequencies are slowed
   * @param lowFreqFactor frequencies with fewer turns than this within the original context are low
   * @param highFreqFactor frequencies with more turns than this within the original context stay
   * @param originalMaxPositionEmbeddings the original context in tokens
   */
  public record Llama3Scaling(
      double factor,
      double lowFreqFactor,
      double highFreqFactor,
      int originalMaxPositionEmbeddings) {

    /**
     * Rescales one frequency. With {@code wavelength = 2 pi / f} and {@code turns = original /
     * wavelength}: {@code f} if {@code turns > high}, {@code f / factor} if {@code turns < low},
     * and between them {@code (1 - s) f / factor + s f} with {@code s = (turns - low) / (high -
     * low)}.
     */
    float rescaled(float frequency) {
      float original = originalMaxPositionEmbeddings;
      float wavelength = (float) (2 * Math.PI) / frequency;
      if (wavelength > original / (float) lowFreqFactor) {
        return frequency / (float) factor;
      }
      if (wavelength < original / (float) highFreqFactor) {
        return frequency;
      }
      float low = (float) lowFreqFactor;
      float smooth = (original / wavelength - low) / (float) (highFreqFactor - lowFreqFactor);
      return (1 - smooth) * frequency / (float) factor + smooth * frequency;
    }
  }

  /**
   * Angle per position of each pair of channels: {@code theta^(-2i / headDim)}, rescaled if {@link
   * #llama3} is there.
   *
   * <p>The formulas are those of Su et al. 2021, <a
   * href="https://arxiv.org/abs/2104.09864">RoFormer</a> (section 3.2.2), and of {@code
   * _compute_llama3_parameters} in transformers' {@code modeling_rope_utils.py}, and like there
   * every operation is rounded to float32: at position 4,000 the last bit of a frequency is worth
   * 2e-4 radians, and pretrained models have seen the rounded ones.
   *
   * @param headDim channels of a head, even
   * @return {@code [headDim / 2]} frequencies in radians per position, descending
   * @throws IllegalArgumentException if {@code headDim} is odd or not positive
   */
  public double[] inverseFrequencies(int headDim) {
    if (headDim <= 0 || headDim % 2 != 0) {
      throw new IllegalArgumentException("rope needs an even head_dim, not " + headDim);
    }
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float frequency = 1 / (float) Math.pow(theta, (float) (2 * i) / headDim);
      frequencies[i] = llama3.isPresent() ? llama3.get().rescaled(frequency) : frequency;
    }
    return frequencies;
  }

  /**
   * Reads {@code rope_parameters} (transformers 5), or {@code rope_scaling} and {@code rope_theta}
   * (transformers 4).
   */
  public static RopeConfig from(ConfigKeys keys) {
    Optional<ConfigKeys> parameters =
        keys.object("rope_parameters").or(() -> keys.object("rope_scaling"));
    if (parameters.isEmpty()) {
      return new RopeConfig(keys.positiveReal("rope_theta", DEFAULT_THETA), Optional.empty());
    }
    ConfigKeys rope = parameters.get();
    double theta =
        rope.has("rope_theta")
            ? rope.positiveReal("rope_theta")
            : keys.positiveReal("rope_theta", DEFAULT_THETA);
    rope.require(rope.positiveReal("partial_rotary_factor", 1) == 1, "partial_rotary_factor", "1");
    // Early LLaMA 3.1 files say `type`; a file with both means `rope_type`.
    String typeKey = rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
    String type = rope.optionalText(typeKey).orElse("default");
    return switch (type) {
      case "default" -> new RopeConfig(theta, Optional.empty());
      case "llama3" -> new RopeConfig(theta, Optional.of(llama3(rope)));
      default -> throw rope.invalid(typeKey, "default or llama3", "\"" + type + "\"");
    };
  }

  private static Llama3Scaling llama3(ConfigKeys rope) {
    Llama3Scaling scaling =
        new Llama3Scaling(
            rope.positiveReal("factor"),
            rope.positiveReal("low_freq_factor"),
            rope.positiveReal("high_freq_factor"),
            rope.positive("original_max_position_embeddings"));
    rope.require(scaling.factor() >= 1, "factor", "a number of at least 1");
    rope.require(
        scaling.highFreqFactor() > scaling.lowFreqFactor(),
        "high_freq_factor",
        "more than low_freq_factor (" + scaling.lowFreqFactor() + ")");
    return scaling;
  }
}
