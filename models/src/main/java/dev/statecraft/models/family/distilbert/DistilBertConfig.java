package dev.statecraft.models.family.distilbert;

import dev.statecraft.models.config.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A DistilBERT. Keys that a file leaves out have transformers' values ({@code DistilBertConfig}).
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize width of the residual stream ({@code dim}), a multiple of the heads
 * @param intermediateSize width inside the feed-forward block ({@code hidden_dim})
 * @param numHiddenLayers number of layers ({@code n_layers})
 * @param numAttentionHeads heads ({@code n_heads})
 * @param maxPositionEmbeddings the longest input in tokens; the table of positions is in the file
 *     whether it was trained or computed ({@code sinusoidal_pos_embds})
 * @param activation between the layers of the feed-forward block ({@code activation})
 * @param dropout in training, of embeddings and of what feed-forward blocks add
 * @param attentionDropout of attention's probabilities in training
 * @param headDropout of the head in training ({@code seq_classif_dropout})
 * @param labels names of the head's classes in the order of their ids; empty if the file has none
 * @param problemType what the head is for, if the file says
 * @param meanPooling whether the head reads the mean over tokens ({@code classifier_pooling}, which
 *     models merged here have)
 * @param dtype type of the stored weights, if the file says
 */
public record DistilBertConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int maxPositionEmbeddings,
    Activation activation,
    double dropout,
    double attentionDropout,
    double headDropout,
    List<String> labels,
    Optional<ProblemType> problemType,
    boolean meanPooling,
    Optional<String> dtype)
    implements ModelConfig {
  /** The {@code model_type}. */
  public static final String MODEL_TYPE = "distilbert";

  /** Copies. */
  public DistilBertConfig {
    labels = List.copyOf(labels);
  }

  @Override
  public String modelType() {
    return MODEL_TYPE;
  }

  @Override
  public ModelKind kind() {
    return ModelKind.TEXT_ENCODER;
  }

  @Override
  public DistilBert backbone() {
    return new DistilBert(this, DistilBert.PREFIX.text());
  }

  /** {@inheritDoc} Those of a bare encoder keep their names. */
  @Override
  public DistilBert backbone(Set<String> tensors) {
    String prefix = DistilBert.PREFIX.text();
    return new DistilBert(this, tensors.contains(prefix + DistilBert.WORDS) ? prefix : "");
  }

  @Override
  public boolean poolsMean(Set<String> tensors) {
    return meanPooling;
  }

  /** Reads a {@code config.json}. */
  public static DistilBertConfig from(ConfigKeys keys) {
    int hidden = keys.positive("dim", 768);
    int heads = keys.positive("n_heads", 12);
    keys.require(hidden % heads == 0, "dim", "a multiple of n_heads (" + heads + ")");
    return new DistilBertConfig(
        keys.positive("vocab_size"),
        hidden,
        keys.positive("hidden_dim", 4 * 768),
        keys.positive("n_layers", 6),
        heads,
        keys.positive("max_position_embeddings", 512),
        keys.activation("activation"),
        keys.dropout("dropout", 0.1),
        keys.dropout("attention_dropout", 0.1),
        keys.dropout("seq_classif_dropout", 0.2),
        keys.labels(),
        keys.problemType(),
        keys.meanPooling().orElse(false),
        keys.dtype());
  }
}
