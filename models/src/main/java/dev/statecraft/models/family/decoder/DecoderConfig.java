package dev.statecraft.models.family.decoder;

import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.family.TiedTables;
import java.util.List;
import java.util.Optional;

/**
 * A decoder of LLaMA's kind: RMS norms, rotary positions, grouped-query attention, a gated MLP; and
 * in what its family differs.
 *
 * @param modelType as {@code config.json} names the family
 * @param name of the family in transformers' classes, such as {@code Qwen3}
 * @param sizes its sizes
 * @param attention of all layers
 * @param mlp of all layers
 * @param norms of all layers
 * @param scales constants that states are multiplied by
 * @param layers in what layers differ, one for each
 * @param tokens that mean something
 * @param tieWordEmbeddings whether the head is the token embedding
 * @param dtype type of the stored weights, if the file says
 * @param residualDropout in training, of what blocks add to the residual stream
 * @param scaledTargets the linears that IA3 attaches to
 */
public record DecoderConfig(
    String modelType,
    String name,
    DecoderSizes sizes,
    DecoderAttention attention,
    DecoderMlp mlp,
    DecoderNorms norms,
    DecoderScales scales,
    List<LayerKind> layers,
    DecoderTokens tokens,
    boolean tieWordEmbeddings,
    Optional<String> dtype,
    double residualDropout,
    ScaledTargets scaledTargets)
    implements ModelConfig {

  /** Copies. */
  public DecoderConfig {
    layers = List.copyOf(layers);
    if (layers.size() != sizes.numHiddenLayers()) {
      throw new IllegalArgumentException(
          "expected kinds of " + sizes.numHiddenLayers() + " layers, found " + layers.size());
    }
  }

  /** Rows of the token embedding. */
  public int vocabSize() {
    return sizes.vocabSize();
  }

  @Override
  public int hiddenSize() {
    return sizes.hiddenSize();
  }

  @Override
  public int intermediateSize() {
    return sizes.intermediateSize();
  }

  @Override
  public int numHiddenLayers() {
    return sizes.numHiddenLayers();
  }

  @Override
  public int numAttentionHeads() {
    return sizes.numAttentionHeads();
  }

  @Override
  public List<Integer> eosTokenIds() {
    return tokens.eos();
  }

  @Override
  public ModelKind kind() {
    return ModelKind.CAUSAL_LM;
  }

  @Override
  public Decoder backbone() {
    return new Decoder(this);
  }

  @Override
  public String canonicalName(String tensor) {
    return Decoder.PREFIX.on(tensor);
  }

  @Override
  public Optional<TiedTables> tied() {
    return tieWordEmbeddings ? Optional.of(Decoder.TABLES) : Optional.empty();
  }

  @Override
  public DecoderConfig untied() {
    return new DecoderConfig(
        modelType,
        name,
        sizes,
        attention,
        mlp,
        norms,
        scales,
        layers,
        tokens,
        false,
        dtype,
        residualDropout,
        scaledTargets);
  }
}
