package dev.statecraft.models.config.rope;

import dev.statecraft.core.op.RotaryFrequencies;
import dev.statecraft.core.op.RotaryTable;
import java.util.List;

/**
 * A way to longer contexts than the pretraining had. All are those of transformers' {@code
 * modeling_rope_utils.py}, and like there every operation on frequencies is rounded to float32: at
 * position 4,000 the last bit of a frequency is worth 2e-4 radians, and pretrained models have seen
 * the rounded ones.
 */
public sealed interface RopeScaling {
  /**
   * The table of cosines and sines.
   *
   * @param theta base of the frequencies
   * @param features that are turned, even
   */
  RotaryTable table(double theta, int features);

  /**
   * The longest text that it is for.
   *
   * @param context {@code max_position_embeddings}
   */
  default int reach(int context) {
    return context;
  }

  /** The original frequencies. */
  record None() implements RopeScaling {
    @Override
    public RotaryTable table(double theta, int features) {
      return new RotaryTable(Frequencies.original(theta, features).doubles());
    }
  }

  /**
   * All frequencies slowed (Chen et al. 2023, position interpolation).
   *
   * @param factor by how much
   */
  record Linear(double factor) implements RopeScaling {
    @Override
    public RotaryTable table(double theta, int features) {
      return new RotaryTable(
          Frequencies.original(theta, features).map((i, f) -> f / (float) factor).doubles());
    }
  }

  /**
   * A base that grows with the text: {@link RotaryFrequencies.Dynamic}.
   *
   * @param factor by how much the context is to grow
   * @param original context in tokens
   */
  record Dynamic(double factor, int original) implements RopeScaling {
    @Override
    public int reach(int context) {
      return grown(context, factor, original);
    }

    @Override
    public RotaryTable table(double theta, int features) {
      return new RotaryTable(new RotaryFrequencies.Dynamic(theta, features, factor, original), 1);
    }
  }

  /**
   * LLaMA 3.1's: slows the low frequencies down.
   *
   * @param factor how much the low frequencies are slowed
   * @param lowFreqFactor frequencies with fewer turns than this within the original context are low
   * @param highFreqFactor frequencies with more turns than this within the original context stay
   * @param original the original context in tokens
   */
  record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int original)
      implements RopeScaling {
    @Override
    public RotaryTable table(double theta, int features) {
      return new RotaryTable(
          Frequencies.original(theta, features).map((i, f) -> rescaled(f)).doubles());
    }

    /**
     * Rescales one frequency. With {@code wavelength = 2 pi / f} and {@code turns = original /
     * wavelength}: {@code f} if {@code turns > high}, {@code f / factor} if {@code turns < low},
     * and between them {@code (1 - s) f / factor + s f} with {@code s = (turns - low) / (high -
     * low)}.
     */
    private float rescaled(float frequency) {
      float context = original;
      float wavelength = (float) (2 * Math.PI) / frequency;
      if (wavelength > context / (float) lowFreqFactor) {
        return frequency / (float) factor;
      }
      if (wavelength < context / (float) highFreqFactor) {
        return frequency;
      }
      float low = (float) lowFreqFactor;
      float smooth = (context / wavelength - low) / (float) (highFreqFactor - lowFreqFactor);
      return (1 - smooth) * frequency / (float) factor + smooth * frequency;
    }
  }

  /**
   * YaRN (Peng et al. 2023): frequencies with many turns within the original context stay, those
   * with few are slowed, and a ramp lies between them.
   *
   * @param factor by how much the context is to grow
   * @param original context in tokens
   * @param fast turns within the original context from which on frequencies stay ({@code
   *     beta_fast})
   * @param slow turns up to which they are slowed whole ({@code beta_slow})
   * @param truncate whether the ramp's ends are rounded outwards to whole features
   * @param amplitude of cosines and sines
   */
  record Yarn(
      double factor, int original, double fast, double slow, boolean truncate, double amplitude)
      implements RopeScaling {
    @Override
    public int reach(int context) {
      return grown(context, factor, original);
    }

    @Override
    public RotaryTable table(double theta, int features) {
      double low = feature(fast, theta, features);
      double high = feature(slow, theta, features);
      double begin = Math.max(truncate ? Math.floor(low) : low, 0);
      double end = Math.min(truncate ? Math.ceil(high) : high, features - 1);
      float width = (float) ((end == begin ? end + 0.001 : end) - begin);
      Frequencies periods = Frequencies.periods(theta, features);
      return new RotaryTable(
          RotaryFrequencies.of(
              periods
                  .map(
                      (i, period) -> {
                        float ramp = Math.max(0, Math.min(1, (i - (float) begin) / width));
                        float stays = 1 - ramp;
                        return 1 / ((float) factor * period) * (1 - stays) + 1 / period * stays;
                      })
                  .doubles()),
          amplitude);
    }

    /** The feature whose frequency has so many turns within the original context. */
    private double feature(double turns, double theta, int features) {
      return features * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }

  /**
   * LongRoPE (Ding et al. 2024), as Phi-3 has it: each frequency is slowed by a factor of its own,
   * in texts that are longer than the original context by another.
   *
   * @param original context in tokens
   * @param within factors of texts up to there, one for each frequency
   * @param beyond factors of longer ones
   * @param amplitude of cosines and sines
   */
  record LongRope(int original, List<Double> within, List<Double> beyond, double amplitude)
      implements RopeScaling {
    /** Copies. */
    public LongRope {
      within = List.copyOf(within);
      beyond = List.copyOf(beyond);
    }

    @Override
    public RotaryTable table(double theta, int features) {
      Frequencies periods = Frequencies.periods(theta, features);
      return new RotaryTable(
          new RotaryFrequencies.Switched(
              original, slowed(periods, within), slowed(periods, beyond)),
          amplitude);
    }

    private static List<Double> slowed(Frequencies periods, List<Double> factors) {
      return periods.map((i, period) -> 1 / (factors.get(i).floatValue() * period)).list();
    }
  }

  /** A context that has grown, where {@code max_position_embeddings} is not that already. */
  private static int grown(int context, double factor, int original) {
    return Math.max(context, (int) (factor * original));
  }
}
