package dev.statecraft.models.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.models.config.ConfigKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The language model within a model that also sees or hears. With texts alone it computes what a
 * model of its own family computes: transformers (5.18) hands the embeddings of the tokens to it as
 * they are, and gives Qwen's three kinds of positions one value, so that its {@code mrope} is plain
 * rope.
 *
 * @param keys of the language model, complete as if it were alone
 * @param whole the {@code model_type} of the model that it is a part of; empty if it is the whole
 */
public record TextPart(ConfigKeys keys, Optional<String> whole) {
  private static final String TYPE = "model_type";
  private static final String TEXT = "text_config";
  private static final String TIED = "tie_word_embeddings";

  private static final List<String> ROPES = List.of("rope_parameters", "rope_scaling");
  private static final String THETA = "rope_theta";

  /** What Qwen's classes for pictures take where a file has no base; Qwen2's own take another. */
  private static final double QWEN_THETA = 1e6;

  /** The family of the text part where its own object does not say. */
  private static final Map<String, String> WHOLES =
      Map.ofEntries(
          Map.entry("gemma3", "gemma3_text"),
          Map.entry("idefics3", "llama"),
          Map.entry("llava", "llama"),
          Map.entry("llava_next", "llama"),
          Map.entry("llava_onevision", "qwen2"),
          Map.entry("mistral3", "mistral"),
          Map.entry("qwen2_audio", "qwen2"),
          Map.entry("qwen2_vl", "qwen2_vl_text"),
          Map.entry("qwen2_5_vl", "qwen2_5_vl_text"),
          Map.entry("smolvlm", "llama"));

  /** Those whose first files have the text part's keys among their own. */
  private static final Set<String> FLAT = Set.of("qwen2_vl", "qwen2_5_vl");

  /** Text parts that are another family's models in all but their positions in pictures. */
  private static final Map<String, String> FAMILIES =
      Map.of("qwen2_vl_text", "qwen2", "qwen2_5_vl_text", "qwen2");

  /** Keys of the whole that are not the text part's, also where some version wrote them there. */
  private static final List<String> OTHERS =
      List.of(
          "image_token_id",
          "video_token_id",
          "vision_config",
          "vision_end_token_id",
          "vision_start_token_id",
          "vision_token_id");

  /** Keys that transformers looks for in the whole. */
  private static final List<String> INHERITED =
      List.of(
          TIED,
          "bos_token_id",
          "eos_token_id",
          "pad_token_id",
          "dtype",
          "torch_dtype",
          "quantization",
          "quantization_config",
          "transformers_version");

  /**
   * The text part of a configuration; the configuration itself if it is of one model.
   *
   * @throws dev.statecraft.base.InvalidInputException if a key that says so has another type, or
   *     one that must have a text part has none
   */
  public static TextPart of(JsonKeys file) {
    String type = file.text(TYPE);
    if (!WHOLES.containsKey(type)) {
      return new TextPart(new ConfigKeys(file), Optional.empty());
    }
    boolean own = file.has(TEXT) || !FLAT.contains(type);
    JsonKeys part = own ? file.object(TEXT) : file;
    ObjectNode text = part.node().deepCopy();
    if (own) {
      INHERITED.forEach(key -> inherit(key, file.node(), text));
    } else {
      text.put(TYPE, WHOLES.get(type));
    }
    text.remove(OTHERS);
    String textType = text.path(TYPE).asText(WHOLES.get(type));
    text.put(TYPE, FAMILIES.getOrDefault(textType, textType));
    if (FAMILIES.containsKey(textType)) {
      ROPES.forEach(key -> withoutSections(text.path(key)));
      boolean based = ROPES.stream().anyMatch(key -> text.path(key).has(THETA));
      if (!based && !text.has(THETA)) {
        text.put(THETA, QWEN_THETA);
      }
    }
    TextDefaults.of(textType).forEach(text::putIfAbsent);
    return new TextPart(
        new ConfigKeys(new JsonKeys(part.source(), part.prefix(), text)), Optional.of(type));
  }

  /** A copy of the keys, as a file of the text part alone has them. */
  public ObjectNode object() {
    return keys.node().deepCopy();
  }

  /** A whole that says nothing of ties leaves them to the part, and one of two says it for both. */
  private static void inherit(String key, JsonNode whole, ObjectNode text) {
    boolean tied = key.equals(TIED) && !whole.path(key).asBoolean();
    if (whole.hasNonNull(key) && !(tied && text.hasNonNull(key))) {
      text.set(key, whole.get(key));
    }
  }

  /** Plain rope of what has a section of channels for each kind of position. */
  private static void withoutSections(JsonNode node) {
    if (node instanceof ObjectNode rope) {
      rope.remove("mrope_section");
      for (String key : List.of("rope_type", "type")) {
        if (rope.path(key).asText().equals("mrope")) {
          rope.put(key, "default");
        }
      }
    }
  }
}
