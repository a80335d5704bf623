package dev.statecraft.models.family.granite;

import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.ScoreRule;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.decoder.DecoderBuilder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderMlp;
import dev.statecraft.models.family.decoder.DecoderScales;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;

/**
 * Granite 3 (Granite Team 2024): LLaMA's layers with constants that multiply embeddings, scores of
 * attention, what blocks add, and logits.
 */
public final class Granite {
  private Granite() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    decoder.requireSilu();
    DecoderSizes sizes = decoder.sizes();
    boolean bias = keys.flag("attention_bias", false);
    double scale = keys.positiveReal("attention_multiplier", 1);
    DecoderScales scales =
        new DecoderScales(
            keys.positiveReal("embedding_multiplier", 1),
            false,
            keys.positiveReal("residual_multiplier", 1),
            new ScoreRule(keys.positiveReal("logits_scaling", 1), 0));
    return new DecoderBuilder(keys, "Granite", sizes)
        .absentTokens(1, 2)
        .attention(attention -> attention.withBiases(bias, bias).withScores(scale, 0))
        .mlp(new DecoderMlp(Activation.Kind.SILU, keys.flag("mlp_bias", false), false))
        .scales(scales)
        .layers(LayerKind.full(decoder.rope(sizes)))
        .build();
  }
}
