package dev.statecraft.models.family.gemma;

import dev.statecraft.core.op.ScoreRule;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderNorms;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;

/**
 * Gemma 2 (Gemma Team 2024): Gemma with norms on both sides of each block, soft caps of scores, and
 * a window in every other layer.
 */
public final class Gemma2 {
  private Gemma2() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    keys.requireText("hidden_activation", Gemma.GELU_TANH);
    DecoderSizes sizes = decoder.sizes(4, 256);
    LayerKind full = LayerKind.full(decoder.rope(sizes));
    int window = decoder.window(4096);
    double cap = cap(keys, "attn_logit_softcapping", 50);
    double scale = 1 / Math.sqrt(keys.positiveReal("query_pre_attn_scalar", 256));
    ScoreRule scores = new ScoreRule(1, cap(keys, "final_logit_softcapping", 30));
    return Gemma.builder(keys, "Gemma2", sizes)
        .norms(new DecoderNorms(keys.positiveReal("rms_norm_eps", 1e-6), true, true))
        .attention(attention -> attention.withScores(scale, cap))
        .scales(Gemma.scales(sizes, scores))
        .layers(decoder.windowed(sizes, full, window, i -> i % 2 == 0))
        .build();
  }

  /** A cap: null is none, and an absent key what transformers takes. */
  private static double cap(ConfigKeys keys, String key, double absent) {
    return keys.node().has(key) ? keys.positiveReal(key, 0) : absent;
  }
}
