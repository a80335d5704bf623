package dev.statecraft.models.pretrained;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.family.bert.BertConfig;
import dev.statecraft.models.family.distilbert.DistilBertConfig;
import dev.statecraft.models.family.gemma.Gemma;
import dev.statecraft.models.family.gemma.Gemma2;
import dev.statecraft.models.family.gemma.Gemma3;
import dev.statecraft.models.family.granite.Granite;
import dev.statecraft.models.family.llama.Llama;
import dev.statecraft.models.family.mistral.Mistral;
import dev.statecraft.models.family.modernbert.ModernBertConfig;
import dev.statecraft.models.family.phi.Phi3;
import dev.statecraft.models.family.qwen.Qwen2;
import dev.statecraft.models.family.qwen.Qwen3;
import dev.statecraft.models.family.smollm.SmolLm3;
import dev.statecraft.models.family.vit.VitConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The model families there are, and the one place that knows them by name. */
public final class Families {
  /** In the order in which messages name them. */
  private static final List<Family> ALL =
      List.of(
          decoder("llama", Llama::from),
          decoder("mistral", Mistral::from),
          decoder("qwen2", Qwen2::from),
          decoder("qwen3", Qwen3::from),
          decoder("gemma", Gemma::from),
          decoder("gemma2", Gemma2::from),
          decoder("gemma3_text", Gemma3::from),
          decoder("phi3", Phi3::from),
          decoder("granite", Granite::from),
          decoder("smollm3", SmolLm3::from),
          new Family("bert", ModelKind.TEXT_ENCODER, BertConfig::from),
          new Family("roberta", ModelKind.TEXT_ENCODER, BertConfig::from),
          new Family("xlm-roberta", ModelKind.TEXT_ENCODER, BertConfig::from),
          new Family("camembert", ModelKind.TEXT_ENCODER, BertConfig::from),
          new Family("data2vec-text", ModelKind.TEXT_ENCODER, BertConfig::from),
          new Family(DistilBertConfig.MODEL_TYPE, ModelKind.TEXT_ENCODER, DistilBertConfig::from),
          new Family(ModernBertConfig.MODEL_TYPE, ModelKind.TEXT_ENCODER, ModernBertConfig::from),
          new Family("vit", ModelKind.IMAGE_CLASSIFIER, VitConfig::from));

  private Families() {}

  private record Family(
      String modelType, ModelKind kind, Function<ConfigKeys, ModelConfig> config) {}

  private static Family decoder(String modelType, Function<ConfigKeys, ModelConfig> config) {
    return new Family(modelType, ModelKind.CAUSAL_LM, config);
  }

  /**
   * Reads a {@code config.json}; of a model that also sees or hears, the text part.
   *
   * @throws InvalidInputException if there is no such file or a key of it is missing, of the wrong
   *     type, or asks for what is not supported; the message names the file and the key
   * @throws IOException if the file cannot be read
   */
  public static ModelConfig read(Path configJson) throws IOException {
    return parse(part(configJson));
  }

  /**
   * The keys of a {@code config.json}, or those of the text part that it tells of.
   *
   * @throws InvalidInputException if there is no such file or it is no configuration
   * @throws IOException if the file cannot be read
   */
  static TextPart part(Path configJson) throws IOException {
    if (!Files.isRegularFile(configJson)) {
      throw new InvalidInputException(configJson + ": expected a model's config.json, found none");
    }
    String json = new String(Files.readAllBytes(configJson), StandardCharsets.UTF_8);
    return TextPart.of(JsonKeys.parse(json, configJson.toString()));
  }

  /**
   * Parses the text of a {@code config.json}.
   *
   * @param source what error messages call it
   * @throws InvalidInputException as {@link #read}
   */
  public static ModelConfig parse(String json, String source) {
    return parse(TextPart.of(JsonKeys.parse(json, source)));
  }

  /** The configuration of a model that may be a part of another. */
  static ModelConfig parse(TextPart part) {
    ConfigKeys keys = part.keys();
    String modelType = keys.text("model_type");
    QuantizationConfig.refuseMlx(keys);
    ModelConfig config = family(keys, modelType).config().apply(keys);
    keys.refuseUnread(modelType);
    return config;
  }

  private static Family family(ConfigKeys keys, String modelType) {
    return ALL.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                keys.invalid(
                    "model_type",
                    "one of "
                        + ALL.stream().map(Family::modelType).collect(Collectors.joining(", ")),
                    "\"" + modelType + "\"" + OtherFamily.words(modelType)));
  }

  /** The names of the families whose checkpoints are made for something. */
  static String names(ModelKind kind) {
    return ALL.stream()
        .filter(family -> family.kind() == kind)
        .map(Family::modelType)
        .collect(Collectors.joining(", "));
  }
}
