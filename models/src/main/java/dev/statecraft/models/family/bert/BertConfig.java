package dev.statecraft.models.family.bert;

import dev.statecraft.models.config.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * An encoder of the BERT architecture; RoBERTa and what was made as it have the same layers and
 * other positions.
 *
 * @param modelType {@code bert}, {@code roberta} or another of the same networks, see {@code
 *     Variant}
 * @param vocabSize rows of the token embedding
 * @param hiddenSize width of the residual stream, a multiple of the heads
 * @param intermediateSize width inside the feed-forward block
 * @param numHiddenLayers number of layers
 * @param numAttentionHeads heads
 * @param maxPositionEmbeddings rows of the position embedding; see {@link #maxTokens}
 * @param typeVocabSize rows of the segment embedding
 * @param layerNormEps added to the variance
 * @param activation between the layers of the feed-forward block
 * @param padTokenId token that fills a batch; the file's, or transformers' default (0, and 1 for
 *     RoBERTa and its like)
 * @param hiddenDropoutProb dropout in training, of embeddings and of what blocks add
 * @param attentionProbsDropoutProb dropout of attention's probabilities in training
 * @param labels names of the head's classes in the order of their ids; empty if the file has none
 * @param problemType what the head is for, if the file says
 * @param meanPooling whether the head reads the mean over tokens ({@code classifier_pooling}, which
 *     models merged here have); empty if the file does not say
 * @param dtype type of the stored weights, if the file says
 * @param classifierDropout dropout of the head in training, if it is not {@code hiddenDropoutProb}
 */
public record BertConfig(
    String modelType,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int maxPositionEmbeddings,
    int typeVocabSize,
    double layerNormEps,
    Activation activation,
    int padTokenId,
    double hiddenDropoutProb,
    double attentionProbsDropoutProb,
    List<String> labels,
    Optional<ProblemType> problemType,
    Optional<Boolean> meanPooling,
    Optional<String> dtype,
    OptionalDouble classifierDropout)
    implements ModelConfig {

  /** Copies. */
  public BertConfig {
    labels = List.copyOf(labels);
  }

  /** A configuration whose head has the dropout of all else. */
  public BertConfig(
      String modelType,
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads,
      int maxPositionEmbeddings,
      int typeVocabSize,
      double layerNormEps,
      Activation activation,
      int padTokenId,
      double hiddenDropoutProb,
      double attentionProbsDropoutProb,
      List<String> labels,
      Optional<ProblemType> problemType,
      Optional<Boolean> meanPooling,
      Optional<String> dtype) {
    this(
        modelType,
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        maxPositionEmbeddings,
        typeVocabSize,
        layerNormEps,
        activation,
        padTokenId,
        hiddenDropoutProb,
        attentionProbsDropoutProb,
        labels,
        problemType,
        meanPooling,
        dtype,
        OptionalDouble.empty());
  }

  @Override
  public ModelKind kind() {
    return ModelKind.TEXT_ENCODER;
  }

  @Override
  public Encoder backbone() {
    return backbone(variant().prefix());
  }

  /** {@inheritDoc} Those of a bare encoder keep their names. */
  @Override
  public Encoder backbone(Set<String> tensors) {
    return backbone(prefix(tensors));
  }

  private Encoder backbone(String prefix) {
    return variant().roberta() ? new Roberta(this, prefix) : new Bert(this, prefix);
  }

  private String prefix(Set<String> tensors) {
    String prefix = variant().prefix();
    return tensors.contains(prefix + "embeddings.word_embeddings.weight") ? prefix : "";
  }

  /** {@inheritDoc} A BERT without a pooler does. */
  @Override
  public boolean poolsMean(Set<String> tensors) {
    return meanPooling.orElseGet(
        () -> !variant().roberta() && !tensors.contains(prefix(tensors) + "pooler.dense.weight"));
  }

  Variant variant() {
    return Variant.of(modelType);
  }

  /**
   * Row of the position embedding that the first token uses: 0, but {@code pad_token_id + 1} in
   * RoBERTa, whose padding uses row {@code pad_token_id}.
   */
  public int firstPosition() {
    return variant().roberta() ? padTokenId + 1 : 0;
  }

  /** The longest input in tokens. */
  public int maxTokens() {
    return maxPositionEmbeddings - firstPosition();
  }

  /** Reads a {@code config.json}. */
  public static BertConfig from(ConfigKeys keys) {
    String modelType = keys.text("model_type");
    int hidden = keys.positive("hidden_size");
    int heads = keys.positive("num_attention_heads");
    keys.require(
        hidden % heads == 0, "hidden_size", "a multiple of num_attention_heads (" + heads + ")");
    keys.requireText("position_embedding_type", "absolute");
    keys.requireFalse("is_decoder");
    keys.requireFalse("add_cross_attention");
    int vocab = keys.positive("vocab_size");
    int pad = keys.token("pad_token_id").orElse(Variant.of(modelType).roberta() ? 1 : 0);
    keys.require(pad < vocab, "pad_token_id", "an id below vocab_size (" + vocab + ")");
    BertConfig config =
        new BertConfig(
            modelType,
            vocab,
            hidden,
            keys.positive("intermediate_size"),
            keys.positive("num_hidden_layers"),
            heads,
            keys.positive("max_position_embeddings"),
            keys.positive("type_vocab_size", 2),
            keys.positiveReal("layer_norm_eps", 1e-12),
            keys.activation(),
            pad,
            keys.dropout("hidden_dropout_prob", 0.1),
            keys.dropout("attention_probs_dropout_prob", 0.1),
            keys.labels(),
            keys.problemType(),
            keys.meanPooling(),
            keys.dtype(),
            keys.has("classifier_dropout")
                ? OptionalDouble.of(keys.dropout("classifier_dropout", 0))
                : OptionalDouble.empty());
    keys.require(
        config.maxTokens() > 0,
        "max_position_embeddings",
        "more than " + config.firstPosition() + " (pad_token_id + 1)");
    return config;
  }
}
