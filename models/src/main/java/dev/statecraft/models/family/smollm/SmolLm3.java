package dev.statecraft.models.family.smollm;

import dev.statecraft.core.op.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.family.decoder.DecoderBuilder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderMlp;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** SmolLM3 (Bakouch et al. 2025): LLaMA's layers, every fourth without positions. */
public final class SmolLm3 {
  private static final int BOS = 128_000;
  private static final int EOS = 128_001;

  private SmolLm3() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    decoder.requireSilu();
    DecoderSizes sizes = decoder.sizes(4, 0);
    boolean bias = keys.flag("attention_bias", false);
    return new DecoderBuilder(keys, "SmolLM3", sizes)
        .absentTokens(BOS, EOS)
        .usuallyTied()
        .attention(attention -> attention.withBiases(bias, bias))
        .mlp(new DecoderMlp(Activation.Kind.SILU, keys.flag("mlp_bias", false), false))
        .layers(layers(keys, decoder, sizes))
        .build();
  }

  private static List<LayerKind> layers(ConfigKeys keys, DecoderKeys decoder, DecoderSizes sizes) {
    List<Boolean> turned = turned(keys, sizes.numHiddenLayers());
    RopeConfig rope = decoder.rope(sizes, 2e6).whole();
    int sliding = decoder.window(0);
    int window = keys.flag("use_sliding_window", false) ? sliding : 0;
    List<Boolean> slides = decoder.slides(sizes, i -> window > 0 && !turned.get(i));
    return IntStream.range(0, turned.size())
        .mapToObj(
            i ->
                new LayerKind(
                    slides.get(i) ? window : 0,
                    turned.get(i) ? Optional.of(rope) : Optional.empty()))
        .toList();
  }

  /**
   * Of each layer, whether it has rotary positions: {@code no_rope_layers} holds 1 where it has.
   */
  private static List<Boolean> turned(ConfigKeys keys, int layers) {
    int interval = keys.positive("no_rope_layer_interval", 4);
    List<Integer> flags = keys.wholes("no_rope_layers");
    if (flags.isEmpty()) {
      return IntStream.range(0, layers).mapToObj(i -> (i + 1) % interval != 0).toList();
    }
    keys.require(
        flags.size() == layers && flags.stream().allMatch(flag -> flag == 0 || flag == 1),
        "no_rope_layers",
        "0 or 1 for each of the " + layers + " layers");
    return flags.stream().map(flag -> flag == 1).toList();
  }
}
