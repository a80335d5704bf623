package dev.statecraft.models.family.decoder;

import dev.statecraft.core.op.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.ScaledTargets;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Puts a {@link DecoderConfig} together: a LLaMA of a {@code config.json}'s sizes, until it is told
 * what is different.
 */
public final class DecoderBuilder {
  private final ConfigKeys keys;
  private final String name;
  private final DecoderSizes sizes;
  private DecoderAttention attention;
  private DecoderMlp mlp;
  private DecoderNorms norms;
  private DecoderScales scales = DecoderScales.NONE;
  private List<LayerKind> layers = List.of();
  private DecoderTokens tokens;
  private boolean tied;
  private double residualDropout;
  private ScaledTargets scaledTargets =
      new ScaledTargets(List.of("k_proj", "v_proj", "down_proj"), List.of("down_proj"));

  /**
   * Begins.
   *
   * @param keys of the file
   * @param name of the family in transformers' classes, such as {@code Qwen3}
   * @param sizes of the file
   */
  public DecoderBuilder(ConfigKeys keys, String name, DecoderSizes sizes) {
    this.keys = keys;
    this.name = name;
    this.sizes = sizes;
    attention =
        DecoderAttention.plain(false, sizes.headDim(), keys.dropout("attention_dropout", 0));
    mlp = new DecoderMlp(Activation.Kind.SILU, false, false);
    norms = DecoderNorms.plain(keys.positiveReal("rms_norm_eps", 1e-6));
    tied = keys.flag("tie_word_embeddings", false);
    tokens =
        new DecoderTokens(
            keys.token("bos_token_id"), keys.tokens("eos_token_id"), keys.token("pad_token_id"));
  }

  /** Sets the attention. */
  public DecoderBuilder attention(UnaryOperator<DecoderAttention> change) {
    attention = change.apply(attention);
    return this;
  }

  /** Sets the feed-forward block. */
  public DecoderBuilder mlp(DecoderMlp value) {
    mlp = value;
    return this;
  }

  /** Sets the norms. */
  public DecoderBuilder norms(DecoderNorms value) {
    norms = value;
    return this;
  }

  /** Sets the constants. */
  public DecoderBuilder scales(DecoderScales value) {
    scales = value;
    return this;
  }

  /** Sets what layers differ in. */
  public DecoderBuilder layers(List<LayerKind> kinds) {
    layers = kinds;
    return this;
  }

  /** Makes all layers of one kind. */
  public DecoderBuilder layers(LayerKind kind) {
    return layers(Collections.nCopies(sizes.numHiddenLayers(), kind));
  }

  /** Sets the tokens that begin and end texts where the file has no such key at all. */
  public DecoderBuilder absentTokens(int bos, int eos) {
    tokens =
        new DecoderTokens(
            keys.token("bos_token_id", bos), keys.tokens("eos_token_id", eos), tokens.pad());
    return this;
  }

  /** Makes the head the embedding where the file does not say. */
  public DecoderBuilder usuallyTied() {
    tied = keys.flag("tie_word_embeddings", true);
    return this;
  }

  /** Sets the dropout of what blocks add to the residual stream. */
  public DecoderBuilder residualDropout(double p) {
    residualDropout = p;
    return this;
  }

  /** Sets the linears that IA3 attaches to; those of the MLP's output have their input scaled. */
  public DecoderBuilder scaledTargets(String... targets) {
    scaledTargets = new ScaledTargets(List.of(targets), List.of("down_proj"));
    return this;
  }

  /** The configuration. */
  public DecoderConfig build() {
    return new DecoderConfig(
        keys.text("model_type"),
        name,
        sizes,
        attention,
        mlp,
        norms,
        scales,
        layers,
        tokens,
        tied,
        keys.dtype(),
        residualDropout,
        scaledTargets);
  }
}
