package dev.statecraft.models.family.gemma;

import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.ScoreRule;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.decoder.DecoderBuilder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderKeys;
import dev.statecraft.models.family.decoder.DecoderMlp;
import dev.statecraft.models.family.decoder.DecoderNorms;
import dev.statecraft.models.family.decoder.DecoderScales;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;

/**
 * Gemma (Gemma Team 2024): LLaMA's layers with GeGLU, norms whose weights are stored less one, and
 * embeddings times the root of their width.
 */
public final class Gemma {
  static final String GELU_TANH = "gelu_pytorch_tanh";

  private Gemma() {}

  /** Reads a {@code config.json}. */
  public static DecoderConfig from(ConfigKeys keys) {
    DecoderKeys decoder = new DecoderKeys(keys);
    DecoderSizes sizes = decoder.sizes(16, 256);
    // Early files say gelu and mean its approximation, as transformers takes it.
    String activation = keys.optionalText("hidden_act").orElse(GELU_TANH);
    keys.require(
        activation.equals(GELU_TANH) || activation.equals("gelu"),
        "hidden_act",
        "\"" + GELU_TANH + "\"");
    return builder(keys, "Gemma", sizes).layers(LayerKind.full(decoder.rope(sizes))).build();
  }

  /** What all Gemmas share. */
  static DecoderBuilder builder(ConfigKeys keys, String name, DecoderSizes sizes) {
    keys.requireFalse("use_bidirectional_attention");
    boolean bias = keys.flag("attention_bias", false);
    double eps = keys.positiveReal("rms_norm_eps", 1e-6);
    return new DecoderBuilder(keys, name, sizes)
        .absentTokens(2, 1)
        .usuallyTied()
        .norms(new DecoderNorms(eps, true, false))
        .attention(attention -> attention.withBiases(bias, bias))
        .mlp(new DecoderMlp(Activation.Kind.GELU_TANH, false, false))
        .scales(scales(sizes, ScoreRule.PLAIN))
        .scaledTargets("q_proj", "v_proj", "down_proj");
  }

  /** Embeddings times the root of their width, in the model's type. */
  static DecoderScales scales(DecoderSizes sizes, ScoreRule scores) {
    return new DecoderScales(Math.sqrt(sizes.hiddenSize()), true, 1, scores);
  }
}
