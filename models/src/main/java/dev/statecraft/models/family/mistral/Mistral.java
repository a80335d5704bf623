package dev.statecraft.models.family.mistral;

import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.decoder.DecoderBuilder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;

/**
 * Mistral 7B (Jiang et al. 2023) and its relatives: LLaMA's layers, tokens of the first ones seeing
 * a window.
 */
public final class Mistral {
  private static final int WINDOW = 4096;

  private Mistral() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    decoder.requireSilu();
    DecoderSizes sizes = decoder.sizes(8, 0);
    return new DecoderBuilder(keys, "Mistral", sizes)
        .absentTokens(1, 2)
        .layers(LayerKind.full(decoder.rope(sizes)).within(decoder.window(WINDOW)))
        .build();
  }
}
