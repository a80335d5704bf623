package dev.statecraft.models.config.rope;

import dev.statecraft.models.config.ConfigKeys;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Reads rotary positions from a {@code config.json}: from {@code rope_parameters} (transformers 5),
 * or {@code rope_scaling} and {@code rope_theta} (transformers 4).
 *
 * @param keys of the whole file
 * @param theta base where the file has none
 * @param context {@code max_position_embeddings}
 * @param original the context of the pretraining where the file does not say
 * @param headDim features of a head
 */
public record RopeKeys(ConfigKeys keys, double theta, int context, int original, int headDim) {
  private static final String PARTIAL = "partial_rotary_factor";
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String FACTOR = "factor";

  /** Positions of whole heads. */
  public RopeConfig whole() {
    RopeConfig rope = read(this::scaling);
    requireWhole(place());
    return rope;
  }

  /** The scaling of whole heads that an object of some of the layers names. */
  public RopeScaling wholeScaling(ConfigKeys rope) {
    requireWhole(rope);
    return scaling(rope, headDim / 2);
  }

  private static void requireWhole(ConfigKeys place) {
    place.require(place.positiveReal(PARTIAL, 1) == 1, PARTIAL, "1");
  }

  /**
   * Positions as Phi-3 has them: perhaps of a part of each head, and if not the original ones then
   * LongRoPE's, which older files call su or yarn.
   */
  public RopeConfig longRope() {
    return read(
        (rope, pairs) -> {
          String type = type(rope);
          if (!List.of("default", "longrope", "su", "yarn").contains(type)) {
            throw rope.invalid(typeKey(rope), "default or longrope", "\"" + type + "\"");
          }
          if (type.equals("default")) {
            return new RopeScaling.None();
          }
          // transformers' class has a value of its own, which comes before the object's.
          rope.has(ORIGINAL);
          return longRope(rope, pairs, keys.positive(ORIGINAL, original));
        });
  }

  private RopeConfig read(BiFunction<ConfigKeys, Integer, RopeScaling> reader) {
    ConfigKeys place = place();
    double partial = place.positiveReal(PARTIAL, 1);
    int turned = (int) (headDim * partial);
    place.require(
        partial <= 1 && turned > 0 && turned % 2 == 0,
        PARTIAL,
        "a share of head_dim (" + headDim + ") that is an even number of features");
    Optional<ConfigKeys> rope = object();
    return new RopeConfig(
        base(rope),
        partial,
        rope.map(own -> reader.apply(own, turned / 2)).orElseGet(RopeScaling.None::new));
  }

  /**
   * Where the share of a head that is turned is named, if it is. transformers 5 writes what a file
   * of transformers 4 had beside the rope in both places; that in the rope holds.
   */
  private ConfigKeys place() {
    keys.positiveReal(PARTIAL, 1);
    return object().filter(own -> own.has(PARTIAL)).orElse(keys);
  }

  /** The object that describes them, if there is one. */
  private Optional<ConfigKeys> object() {
    return keys.object("rope_scaling").or(() -> keys.object("rope_parameters"));
  }

  private double base(Optional<ConfigKeys> rope) {
    return rope.filter(own -> own.has("rope_theta"))
        .map(own -> own.positiveReal("rope_theta"))
        .orElseGet(() -> keys.positiveReal("rope_theta", theta));
  }

  /**
   * The scaling that an object names.
   *
   * @param pairs of turned features
   */
  private RopeScaling scaling(ConfigKeys rope, int pairs) {
    String type = type(rope);
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(factor(rope));
      case "dynamic" -> new RopeScaling.Dynamic(factor(rope), context);
      case "llama3" -> llama3(rope);
      case "yarn" -> yarn(rope);
      case "longrope" -> longRope(rope, pairs, original(rope));
      default ->
          throw rope.invalid(
              typeKey(rope),
              "default, linear, dynamic, yarn, longrope or llama3",
              "\"" + type + "\"");
    };
  }

  /** Early LLaMA 3.1 files say {@code type}; a file with both means {@code rope_type}. */
  private static String typeKey(ConfigKeys rope) {
    return rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
  }

  private static String type(ConfigKeys rope) {
    return rope.optionalText(typeKey(rope)).orElse("default");
  }

  private static double factor(ConfigKeys rope) {
    double factor = rope.positiveReal(FACTOR);
    rope.require(factor >= 1, FACTOR, "a number of at least 1");
    return factor;
  }

  private RopeScaling llama3(ConfigKeys rope) {
    RopeScaling.Llama3 scaling =
        new RopeScaling.Llama3(
            factor(rope),
            rope.positiveReal("low_freq_factor"),
            rope.positiveReal("high_freq_factor"),
            keys.has(ORIGINAL) ? keys.positive(ORIGINAL) : rope.positive(ORIGINAL));
    rope.require(
        scaling.highFreqFactor() > scaling.lowFreqFactor(),
        "high_freq_factor",
        "more than low_freq_factor (" + scaling.lowFreqFactor() + ")");
    return scaling;
  }

  /** The context of the pretraining: the file's own key first, as in transformers. */
  private int original(ConfigKeys rope) {
    return keys.has(ORIGINAL) ? keys.positive(ORIGINAL) : rope.positive(ORIGINAL, original);
  }

  private double growth(ConfigKeys rope, int original) {
    return rope.has(FACTOR) ? factor(rope) : (double) context / original;
  }

  private RopeScaling yarn(ConfigKeys rope) {
    int original = original(rope);
    double factor = growth(rope, original);
    double scale = rope.positiveReal("mscale", 0);
    double all = rope.positiveReal("mscale_all_dim", 0);
    double usual =
        scale > 0 && all > 0
            ? amplitude(factor, scale) / amplitude(factor, all)
            : amplitude(factor, 1);
    return new RopeScaling.Yarn(
        factor,
        original,
        rope.positiveReal("beta_fast", 32),
        rope.positiveReal("beta_slow", 1),
        rope.flag("truncate", true),
        rope.positiveReal("attention_factor", usual));
  }

  private static double amplitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  private RopeScaling longRope(ConfigKeys rope, int pairs, int original) {
    rope.require(original > 1, ORIGINAL, "2 or more tokens");
    double factor = growth(rope, original);
    double usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new RopeScaling.LongRope(
        original,
        factors(rope, "short_factor", pairs),
        factors(rope, "long_factor", pairs),
        rope.positiveReal("attention_factor", usual));
  }

  private static List<Double> factors(ConfigKeys rope, String key, int pairs) {
    List<Double> factors = rope.reals(key, List.of());
    rope.require(
        factors.size() == pairs && factors.stream().allMatch(factor -> factor > 0),
        key,
        pairs + " positive numbers, one for each pair of turned features");
    return factors;
  }
}
