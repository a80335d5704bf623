package dev.statecraft.models.family.phi;

import dev.statecraft.core.op.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.config.rope.RopeKeys;
import dev.statecraft.models.family.decoder.DecoderAttention;
import dev.statecraft.models.family.decoder.DecoderBuilder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderMlp;
import dev.statecraft.models.family.decoder.DecoderNorms;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;

/**
 * Phi-3, 3.5 and 4-mini (Abdin et al. 2024): LLaMA's layers whose q, k and v come out of one
 * linear, gate and up out of another; LongRoPE, in Phi-4-mini of a part of each head.
 */
public final class Phi3 {
  private static final int ORIGINAL_CONTEXT = 4096;
  private static final int END = 32_000;

  private Phi3() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    decoder.requireSilu();
    DecoderSizes sizes = decoder.sizes();
    RopeConfig rope =
        new RopeKeys(keys, 10_000, sizes.maxPositionEmbeddings(), ORIGINAL_CONTEXT, sizes.headDim())
            .longRope();
    return new DecoderBuilder(keys, "Phi3", sizes)
        .absentTokens(1, END)
        .norms(DecoderNorms.plain(keys.positiveReal("rms_norm_eps", 1e-5)))
        .attention(DecoderAttention::fromOneLinear)
        .mlp(new DecoderMlp(Activation.Kind.SILU, false, true))
        .residualDropout(keys.dropout("resid_pdrop", 0))
        .scaledTargets("qkv_proj", "down_proj")
        .layers(LayerKind.full(rope).within(decoder.window(0)))
        .build();
  }
}
