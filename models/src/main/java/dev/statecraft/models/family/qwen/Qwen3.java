package dev.statecraft.models.family.qwen;

import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderSizes;

/** Qwen3 (Yang et al. 2025): LLaMA's layers with norms of each head's queries and keys. */
public final class Qwen3 {
  private static final int HEAD_DIM = 128;

  private Qwen3() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderSizes sizes = new DecoderKeys(keys).sizes(32, HEAD_DIM);
    boolean bias = keys.flag("attention_bias", false);
    return Qwen2.builder(keys, "Qwen3", sizes)
        .attention(attention -> attention.withBiases(bias, bias).withHeadNorms())
        .build();
  }
}
