package dev.statecraft.models.family.qwen;

import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.decoder.DecoderBuilder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;

/** Qwen2 and Qwen2.5 (Yang et al. 2024): LLaMA's layers with biases of q, k and v. */
public final class Qwen2 {
  private Qwen2() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    DecoderSizes sizes = decoder.sizes(32, 0);
    return builder(keys, "Qwen2", sizes)
        .attention(attention -> attention.withBiases(true, false))
        .build();
  }

  /** What Qwen2 and Qwen3 share. */
  static DecoderBuilder builder(ConfigKeys keys, String name, DecoderSizes sizes) {
    DecoderKeys decoder = new DecoderKeys(keys);
    decoder.requireSilu();
    LayerKind full = LayerKind.full(decoder.rope(sizes));
    int sliding = decoder.window(4096);
    int window = keys.flag("use_sliding_window", false) ? sliding : 0;
    int first = keys.zeroOrMore("max_window_layers", 28);
    return new DecoderBuilder(keys, name, sizes)
        .scaledTargets("q_proj", "v_proj", "down_proj")
        .layers(decoder.windowed(sizes, full, window, i -> window > 0 && i >= first));
  }
}
