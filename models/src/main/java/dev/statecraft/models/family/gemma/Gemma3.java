package dev.statecraft.models.family.gemma;

import dev.statecraft.core.op.ScoreRule;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.config.rope.RopeKeys;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderNorms;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;
import java.util.List;
import java.util.Optional;

/**
 * Gemma 3's text decoder (Gemma Team 2025): Gemma 2 with norms of queries and keys in place of
 * caps, and two rotary bases: layers that see a window have the original frequencies.
 */
public final class Gemma3 {
  private static final double GLOBAL_THETA = 1e6;
  private static final double LOCAL_THETA = 1e4;

  private Gemma3() {}

  /** Reads a {@code config.json}, of which the larger models leave out much. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    keys.requireText("hidden_activation", Gemma.GELU_TANH);
    keys.require(
        !keys.has("attn_logit_softcapping"), "attn_logit_softcapping", "null, as in all Gemma 3");
    DecoderSizes sizes = sizes(keys, decoder);
    double scale = 1 / Math.sqrt(keys.positiveReal("query_pre_attn_scalar", 256));
    ScoreRule scores = new ScoreRule(1, keys.positiveReal("final_logit_softcapping", 0));
    int pattern = keys.positive("sliding_window_pattern", 6);
    int window = decoder.window(4096);
    LayerKind full = LayerKind.full(rope(keys, decoder, sizes, "full_attention"));
    LayerKind local =
        LayerKind.full(rope(keys, decoder, sizes, "sliding_attention")).within(window);
    List<LayerKind> kinds =
        decoder.slides(sizes, i -> (i + 1) % pattern != 0).stream()
            .map(slides -> slides ? local : full)
            .toList();
    return Gemma.builder(keys, "Gemma3", sizes)
        .norms(new DecoderNorms(keys.positiveReal("rms_norm_eps", 1e-6), true, true))
        .attention(attention -> attention.withHeadNorms().withScores(scale, 0))
        .scales(Gemma.scales(sizes, scores))
        .layers(kinds)
        .build();
  }

  private static DecoderSizes sizes(ConfigKeys keys, DecoderKeys decoder) {
    return decoder.checked(
        new DecoderSizes(
            keys.positive("vocab_size", 262_208),
            keys.positive("hidden_size", 2304),
            keys.positive("intermediate_size", 9216),
            keys.positive("num_hidden_layers", 26),
            keys.positive("num_attention_heads", 8),
            keys.positive("num_key_value_heads", 4),
            keys.positive("head_dim", 256),
            keys.positive("max_position_embeddings", 131_072)));
  }

  /**
   * Rotary positions of layers of a type: in files of transformers 5 by the type's name, in those
   * of transformers 4 {@code rope_local_base_freq} for the window and the rest for the others.
   */
  private static RopeConfig rope(
      ConfigKeys keys, DecoderKeys decoder, DecoderSizes sizes, String type) {
    boolean global = type.equals("full_attention");
    double usual = global ? GLOBAL_THETA : LOCAL_THETA;
    Optional<ConfigKeys> own = keys.object("rope_parameters").flatMap(all -> all.object(type));
    RopeKeys reader = decoder.rope(sizes, usual);
    if (own.isPresent()) {
      return new RopeConfig(
          own.get().positiveReal("rope_theta", usual), reader.wholeScaling(own.get()));
    }
    if (!global) {
      return new RopeConfig(keys.positiveReal("rope_local_base_freq", LOCAL_THETA));
    }
    return reader.whole();
  }
}
