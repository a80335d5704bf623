package dev.statecraft.models.family.modernbert;

import dev.statecraft.models.config.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A ModernBERT. Keys that a file leaves out have transformers' values ({@code ModernBertConfig}).
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize width of the residual stream, a multiple of the heads
 * @param intermediateSize width inside the feed-forward block, of its gate and of what is gated
 * @param local of each layer, whether its tokens see a window only
 * @param numAttentionHeads heads
 * @param maxPositionEmbeddings the longest input in tokens
 * @param window how far away from a token the tokens are that layers with a window see, half of
 *     {@code local_attention}
 * @param globalRope positions in layers that see everything
 * @param localRope positions in layers that see a window
 * @param normEps added to the variance
 * @param biases which modules have biases
 * @param activation of the gate ({@code hidden_activation})
 * @param headActivation inside the head ({@code classifier_activation})
 * @param dropouts in training
 * @param labels names of the head's classes in the order of their ids; empty if the file has none
 * @param problemType what the head is for, if the file says
 * @param meanPooling whether the head reads the mean over tokens ({@code classifier_pooling})
 * @param dtype type of the stored weights, if the file says
 */
public record ModernBertConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    List<Boolean> local,
    int numAttentionHeads,
    int maxPositionEmbeddings,
    int window,
    RopeConfig globalRope,
    RopeConfig localRope,
    double normEps,
    Biases biases,
    Activation activation,
    Activation headActivation,
    Dropouts dropouts,
    List<String> labels,
    Optional<ProblemType> problemType,
    boolean meanPooling,
    Optional<String> dtype)
    implements ModelConfig {
  /** The {@code model_type}. */
  public static final String MODEL_TYPE = "modernbert";

  private static final String GLOBAL = "full_attention";
  private static final String LOCAL = "sliding_attention";

  /** Which modules have biases: {@code norm_bias} and so on. */
  public record Biases(boolean norm, boolean attention, boolean mlp, boolean head) {}

  /**
   * Dropout in training.
   *
   * @param embedding of the embeddings
   * @param attention of attention's probabilities, and of what it adds
   * @param mlp of what is gated
   * @param head before the classifier
   */
  public record Dropouts(double embedding, double attention, double mlp, double head) {}

  /** Copies. */
  public ModernBertConfig {
    local = List.copyOf(local);
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
  public int numHiddenLayers() {
    return local.size();
  }

  /** Features of a head. */
  public int headDim() {
    return hiddenSize / numAttentionHeads;
  }

  @Override
  public ModernBert backbone() {
    return new ModernBert(this, ModernBert.PREFIX.text());
  }

  /** {@inheritDoc} Those of a bare encoder keep their names. */
  @Override
  public ModernBert backbone(Set<String> tensors) {
    String prefix = ModernBert.PREFIX.text();
    return new ModernBert(this, tensors.contains(prefix + ModernBert.WORDS) ? prefix : "");
  }

  @Override
  public boolean poolsMean(Set<String> tensors) {
    return meanPooling;
  }

  /** Reads a {@code config.json}. */
  public static ModernBertConfig from(ConfigKeys keys) {
    keys.requireFalse("causal_mask");
    keys.requireFalse("is_causal");
    // Some files name a kind of positions; the network has rope alone.
    keys.optionalText("position_embedding_type");
    int hidden = keys.positive("hidden_size", 768);
    int heads = keys.positive("num_attention_heads", 12);
    keys.require(
        hidden % (2 * heads) == 0,
        "hidden_size",
        "an even multiple of num_attention_heads (" + heads + ")");
    return new ModernBertConfig(
        keys.positive("vocab_size", 50_368),
        hidden,
        keys.positive("intermediate_size", 1152),
        local(keys, keys.positive("num_hidden_layers", 22)),
        heads,
        keys.positive("max_position_embeddings", 8192),
        keys.positive("local_attention", 128) / 2,
        rope(keys, GLOBAL, "global_rope_theta", 160_000),
        rope(keys, LOCAL, "local_rope_theta", 10_000),
        keys.positiveReal("norm_eps", 1e-5),
        new Biases(
            keys.flag("norm_bias", false),
            keys.flag("attention_bias", false),
            keys.flag("mlp_bias", false),
            keys.flag("classifier_bias", false)),
        keys.activation("hidden_activation"),
        keys.activation("classifier_activation"),
        new Dropouts(
            keys.dropout("embedding_dropout", 0),
            keys.dropout("attention_dropout", 0),
            keys.dropout("mlp_dropout", 0),
            keys.dropout("classifier_dropout", 0)),
        keys.labels(),
        keys.problemType(),
        keys.meanPooling().orElse(false),
        keys.dtype());
  }

  /** {@code layer_types} (transformers 5), or {@code global_attn_every_n_layers}, usually 3. */
  private static List<Boolean> local(ConfigKeys keys, int layers) {
    List<String> types = keys.texts("layer_types");
    int every = keys.positive("global_attn_every_n_layers", 3);
    List<Boolean> local = new ArrayList<>();
    if (types.isEmpty()) {
      for (int i = 0; i < layers; i++) {
        local.add(i % every != 0);
      }
      return local;
    }
    keys.require(
        types.size() == layers, "layer_types", "one for each of the " + layers + " layers");
    for (String type : types) {
      if (!type.equals(LOCAL) && !type.equals(GLOBAL)) {
        throw keys.invalid("layer_types", GLOBAL + " or " + LOCAL, "\"" + type + "\"");
      }
      local.add(type.equals(LOCAL));
    }
    return local;
  }

  /** In files of transformers 5 by the layer's type, in those of transformers 4 by {@code key}. */
  private static RopeConfig rope(ConfigKeys keys, String type, String key, double usual) {
    keys.require(!keys.has("rope_scaling"), "rope_scaling", "none");
    Optional<ConfigKeys> own = keys.object("rope_parameters").flatMap(all -> all.object(type));
    own.ifPresent(rope -> rope.requireText("rope_type", "default"));
    return new RopeConfig(
        own.filter(rope -> rope.has("rope_theta"))
            .map(rope -> rope.positiveReal("rope_theta"))
            .orElseGet(() -> keys.positiveReal(key, usual)));
  }
}
