package dev.statecraft.models.family.llama;

import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.RopeConfig;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.family.TiedTables;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A decoder of the LLaMA architecture: RMS norm, rotary positions, grouped-query attention, SwiGLU.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width inside the feed-forward block
 * @param numHiddenLayers number of layers
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key and value heads, a divisor of the query heads; as many as those if
 *     the file does not say
 * @param headDim channels of a head, even; {@code hidden_size / num_attention_heads} if the file
 *     does not say
 * @param maxPositionEmbeddings longest context in tokens
 * @param rmsNormEps added to the mean square
 * @param rope rotary positions
 * @param attentionBias whether q, k, v and o have biases
 * @param mlpBias whether gate, up and down have biases
 * @param tieWordEmbeddings whether the head is the token embedding
 * @param bosTokenId token that begins a text; 1, the family's default, where the file has no such
 *     key, and none where it is null
 * @param eosTokenIds tokens that end one; 2, the family's default, where the file has no such key,
 *     and none where it is null
 * @param padTokenId token that fills a batch, if there is one
 * @param dtype type of the stored weights, if the file says
 * @param attentionDropout dropout of attention's probabilities in training
 */
public record LlamaConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    int maxPositionEmbeddings,
    double rmsNormEps,
    RopeConfig rope,
    boolean attentionBias,
    boolean mlpBias,
    boolean tieWordEmbeddings,
    OptionalInt bosTokenId,
    List<Integer> eosTokenIds,
    OptionalInt padTokenId,
    Optional<String> dtype,
    double attentionDropout)
    implements ModelConfig {

  /** Copies. */
  public LlamaConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
  }

  /** A configuration without dropout. */
  public LlamaConfig(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads,
      int numKeyValueHeads,
      int headDim,
      int maxPositionEmbeddings,
      double rmsNormEps,
      RopeConfig rope,
      boolean attentionBias,
      boolean mlpBias,
      boolean tieWordEmbeddings,
      OptionalInt bosTokenId,
      List<Integer> eosTokenIds,
      OptionalInt padTokenId,
      Optional<String> dtype) {
    this(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        attentionBias,
        mlpBias,
        tieWordEmbeddings,
        bosTokenId,
        eosTokenIds,
        padTokenId,
        dtype,
        0);
  }

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public ModelKind kind() {
    return ModelKind.CAUSAL_LM;
  }

  @Override
  public Llama backbone() {
    return new Llama(this);
  }

  @Override
  public String canonicalName(String name) {
    return Llama.PREFIX.on(name);
  }

  @Override
  public Optional<TiedTables> tied() {
    return tieWordEmbeddings ? Optional.of(Llama.TABLES) : Optional.empty();
  }

  @Override
  public LlamaConfig untied() {
    return new LlamaConfig(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        attentionBias,
        mlpBias,
        false,
        bosTokenId,
        eosTokenIds,
        padTokenId,
        dtype,
        attentionDropout);
  }

  /** Reads a {@code config.json}. */
  public static LlamaConfig from(ConfigKeys keys) {
    keys.requireText("hidden_act", "silu");
    int hidden = keys.positive("hidden_size");
    int heads = keys.positive("num_attention_heads");
    int keyValueHeads = keys.positive("num_key_value_heads", heads);
    keys.require(
        heads % keyValueHeads == 0,
        "num_key_value_heads",
        "a divisor of num_attention_heads (" + heads + ")");
    if (!keys.has("head_dim")) {
      keys.require(
          hidden % heads == 0, "hidden_size", "a multiple of num_attention_heads (" + heads + ")");
    }
    int headDim = keys.positive("head_dim", hidden / heads);
    keys.require(
        headDim % 2 == 0, keys.has("head_dim") ? "head_dim" : "hidden_size", "an even head size");
    return new LlamaConfig(
        keys.positive("vocab_size"),
        hidden,
        keys.positive("intermediate_size"),
        keys.positive("num_hidden_layers"),
        heads,
        keyValueHeads,
        headDim,
        keys.positive("max_position_embeddings"),
        keys.positiveReal("rms_norm_eps"),
        RopeConfig.from(keys),
        keys.flag("attention_bias", false),
        keys.flag("mlp_bias", false),
        keys.flag("tie_word_embeddings", false),
        keys.token("bos_token_id", 1),
        keys.tokens("eos_token_id", 2),
        keys.token("pad_token_id"),
        keys.dtype(),
        keys.dropout("attention_dropout", 0));
  }
}
