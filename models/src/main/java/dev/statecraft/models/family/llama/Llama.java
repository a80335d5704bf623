package dev.statecraft.models.family.llama;

import dev.statecraft.core.op.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.decoder.DecoderBuilder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderMlp;
import dev.statecraft.models.family.decoder.DecoderNorms;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;

/**
 * LLaMA 2 and 3 (Touvron et al. 2023; Grattafiori et al. 2024), and what has their layers under
 * their name: pre-norm blocks, grouped-query attention with rotary positions, SwiGLU.
 */
public final class Llama {
  private Llama() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    decoder.requireSilu();
    DecoderSizes sizes = decoder.sizes();
    boolean bias = keys.flag("attention_bias", false);
    return new DecoderBuilder(keys, "Llama", sizes)
        .absentTokens(1, 2)
        .norms(DecoderNorms.plain(keys.positiveReal("rms_norm_eps")))
        .attention(attention -> attention.withBiases(bias, bias))
        .mlp(new DecoderMlp(Activation.Kind.SILU, keys.flag("mlp_bias", false), false))
        .layers(LayerKind.full(decoder.rope(sizes)))
        .build();
  }
}
