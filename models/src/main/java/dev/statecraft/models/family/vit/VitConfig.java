package dev.statecraft.models.family.vit;

import dev.statecraft.models.config.Activation;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import java.util.List;
import java.util.Optional;

/**
 * A vision transformer.
 *
 * @param imageSize height and width of the input in pixels, a multiple of the patch size
 * @param patchSize height and width of a patch in pixels
 * @param numChannels colour channels of the input
 * @param hiddenSize width of the residual stream, a multiple of the heads
 * @param intermediateSize width inside the feed-forward block
 * @param numHiddenLayers number of layers
 * @param numAttentionHeads heads
 * @param layerNormEps added to the variance
 * @param activation between the layers of the feed-forward block
 * @param qkvBias whether query, key and value have biases
 * @param hiddenDropoutProb dropout in training, of embeddings and of what blocks add
 * @param attentionProbsDropoutProb dropout of attention's probabilities in training
 * @param labels names of the head's classes in the order of their ids; empty if the file has none
 * @param problemType what the head is for, if the file says
 * @param dtype type of the stored weights, if the file says
 */
public record VitConfig(
    int imageSize,
    int patchSize,
    int numChannels,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    double layerNormEps,
    Activation activation,
    boolean qkvBias,
    double hiddenDropoutProb,
    double attentionProbsDropoutProb,
    List<String> labels,
    Optional<ProblemType> problemType,
    Optional<String> dtype)
    implements ModelConfig {

  /** Copies. */
  public VitConfig {
    labels = List.copyOf(labels);
  }

  @Override
  public String modelType() {
    return "vit";
  }

  /** Number of patches of an image; the encoder sees one token more, the class token. */
  public int numPatches() {
    int side = imageSize / patchSize;
    return side * side;
  }

  @Override
  public ModelKind kind() {
    return ModelKind.IMAGE_CLASSIFIER;
  }

  @Override
  public Vit backbone() {
    return new Vit(this);
  }

  @Override
  public String canonicalName(String name) {
    return VitNames.PREFIX.on(name);
  }

  /** Reads a {@code config.json}. */
  public static VitConfig from(ConfigKeys keys) {
    int hidden = keys.positive("hidden_size");
    int heads = keys.positive("num_attention_heads");
    keys.require(
        hidden % heads == 0, "hidden_size", "a multiple of num_attention_heads (" + heads + ")");
    int image = keys.positive("image_size");
    int patch = keys.positive("patch_size");
    keys.require(image % patch == 0, "image_size", "a multiple of patch_size (" + patch + ")");
    return new VitConfig(
        image,
        patch,
        keys.positive("num_channels"),
        hidden,
        keys.positive("intermediate_size"),
        keys.positive("num_hidden_layers"),
        heads,
        keys.positiveReal("layer_norm_eps"),
        keys.activation(),
        keys.flag("qkv_bias", true),
        keys.dropout("hidden_dropout_prob", 0),
        keys.dropout("attention_probs_dropout_prob", 0),
        keys.labels(),
        keys.problemType(),
        keys.dtype());
  }
}
