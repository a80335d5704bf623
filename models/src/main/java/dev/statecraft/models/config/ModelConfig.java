package dev.statecraft.models.config;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The architecture and size of a pretrained model. Make one with {@link #read} or {@link #parse}.
 */
public sealed interface ModelConfig permits LlamaConfig, BertConfig, VitConfig {

  /** The {@code model_type}: {@code llama}, {@code bert}, {@code roberta} or {@code vit}. */
  String modelType();

  /** Width of the residual stream. */
  int hiddenSize();

  /** Width inside the feed-forward block. */
  int intermediateSize();

  /** Number of transformer layers. */
  int numHiddenLayers();

  /** Number of query heads. */
  int numAttentionHeads();

  /**
   * Type of the stored weights as the configuration names it, for example {@code bfloat16}; from
   * {@code dtype} (transformers 5) or {@code torch_dtype}. What the checkpoint holds may differ.
   */
  Optional<String> dtype();

  /**
   * Reads a {@code config.json}.
   *
   * @throws InvalidInputException if there is no such file or a key of it is missing, of the wrong
   *     type, or asks for what is not supported; the message names the file and the key
   * @throws IOException if the file cannot be read
   */
  static ModelConfig read(Path configJson) throws IOException {
    if (!Files.isRegularFile(configJson)) {
      throw new InvalidInputException(configJson + ": expected a model's config.json, found none");
    }
    String json = new String(Files.readAllBytes(configJson), StandardCharsets.UTF_8);
    return parse(json, configJson.toString());
  }

  /**
   * Refuses the configuration of weights that are packed or scaled as some other library quantizes
   * them.
   *
   * @throws InvalidInputException if it has a {@code quantization_config}
   * @throws IOException if the file cannot be read
   */
  static void requireUnquantized(Path configJson) throws IOException {
    String json = new String(Files.readAllBytes(configJson), StandardCharsets.UTF_8);
    Optional<ConfigKeys> found =
        ConfigKeys.parse(json, configJson.toString()).object("quantization_config");
    if (found.isPresent()) {
      throw new InvalidInputException(
          configJson
              + ": quantization_config: expected weights as they were trained, found some quantized"
              + found.get().optionalText("quant_method").map(method -> " by " + method).orElse("")
              + ", which are not read: take the original model; 'quantize: nf4' quantizes it here");
    }
  }

  /**
   * Parses the text of a {@code config.json}.
   *
   * @param source what error messages call it
   * @throws InvalidInputException as {@link #read}
   */
  static ModelConfig parse(String json, String source) {
    ConfigKeys keys = ConfigKeys.parse(json, source);
    String modelType = keys.text("model_type");
    return switch (modelType) {
      case "llama" -> LlamaConfig.from(keys);
      case "bert", "roberta" -> BertConfig.from(keys, modelType);
      case "vit" -> VitConfig.from(keys);
      default ->
          throw keys.invalid(
              "model_type",
              "one of llama, bert, roberta, vit",
              "\"" + modelType + "\"" + OtherFamily.words(modelType));
    };
  }
}
