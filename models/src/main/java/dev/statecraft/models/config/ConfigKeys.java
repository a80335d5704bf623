package dev.statecraft.models.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Typed access to the keys of a JSON object, with one way of reporting what is wrong. A key whose
 * value is {@code null} counts as absent, as in transformers.
 *
 * @param source what error messages call the file
 * @param prefix path of the object within the file, {@code ""} or for example {@code
 *     "rope_scaling."}
 */
public record ConfigKeys(String source, String prefix, JsonNode node) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * The most that sizes can sensibly be, by key: far beyond any model, and such that no product of
   * two of them leaves what is computed with them. Others are bounded by their type.
   */
  private static final Map<String, Integer> MOST =
      Map.ofEntries(
          Map.entry("hidden_size", 1 << 20),
          Map.entry("intermediate_size", 1 << 22),
          Map.entry("head_dim", 1 << 14),
          Map.entry("num_attention_heads", 1 << 14),
          Map.entry("num_key_value_heads", 1 << 14),
          Map.entry("num_hidden_layers", 1 << 12),
          Map.entry("vocab_size", 1 << 24),
          Map.entry("type_vocab_size", 1 << 16),
          Map.entry("max_position_embeddings", 1 << 30),
          Map.entry("num_labels", 1 << 20),
          Map.entry("num_channels", 1 << 10),
          Map.entry("image_size", 1 << 13),
          Map.entry("patch_size", 1 << 13),
          Map.entry("size", 1 << 13),
          Map.entry("crop_size", 1 << 13),
          Map.entry("height", 1 << 13),
          Map.entry("width", 1 << 13),
          Map.entry("shortest_edge", 1 << 13));

  public static ConfigKeys parse(String json, String source) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          source + ": expected well-formed JSON, found: " + JsonProblem.of(e), e);
    }
    if (!root.isObject()) {
      throw new InvalidInputException(source + ": expected a JSON object, found " + shown(root));
    }
    return new ConfigKeys(source, "", root);
  }

  public InvalidInputException invalid(String key, String expected, String found) {
    return new InvalidInputException(
        source + ": " + prefix + key + ": expected " + expected + ", found " + found);
  }

  private InvalidInputException invalid(String key, String expected, JsonNode found) {
    return invalid(key, expected, shown(found));
  }

  private static String shown(JsonNode node) {
    String text = node.toString();
    if (node.isMissingNode()) {
      return "nothing";
    }
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  /** Throws if a relation between keys does not hold. */
  public void require(boolean holds, String key, String expected) {
    if (!holds) {
      throw invalid(key, expected, node.path(key));
    }
  }

  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  private JsonNode required(String key, String expected) {
    if (!has(key)) {
      throw invalid(key, expected, node.has(key) ? "null" : "no such key");
    }
    return node.get(key);
  }

  public String text(String key) {
    JsonNode value = required(key, "a string");
    if (!value.isTextual()) {
      throw invalid(key, "a string", value);
    }
    return value.textValue();
  }

  public Optional<String> optionalText(String key) {
    return has(key) ? Optional.of(text(key)) : Optional.empty();
  }

  private int integer(String key, int least, String expected) {
    JsonNode value = required(key, expected);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least) {
      throw invalid(key, expected, value);
    }
    return value.intValue();
  }

  /** An integer of at least 1, and no more than makes sense for its key. */
  public int positive(String key) {
    int value = integer(key, 1, "a positive integer");
    int most = MOST.getOrDefault(key, Integer.MAX_VALUE);
    require(value <= most, key, "a positive integer of up to " + most);
    return value;
  }

  public int positive(String key, int absent) {
    return has(key) ? positive(key) : absent;
  }

  /** A token id: an integer of at least 0, or absent. Some files write -1 for no token. */
  public OptionalInt token(String key) {
    if (!has(key)) {
      return OptionalInt.empty();
    }
    int id = integer(key, -1, "a token id");
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** One token id, a list of them, or none. */
  public List<Integer> tokens(String key) {
    if (!has(key) || !node.get(key).isArray()) {
      return token(key).stream().boxed().toList();
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonNode item : node.get(key)) {
      if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < 0) {
        throw invalid(key, "a token id or a list of them", node.get(key));
      }
      ids.add(item.intValue());
    }
    return ids;
  }

  /** As {@link #token(String)}, with what transformers takes where there is no such key at all. */
  public OptionalInt token(String key, int absent) {
    return usual(key, absent) ? OptionalInt.of(absent) : token(key);
  }

  /** As {@link #tokens(String)}, with what transformers takes where there is no such key at all. */
  public List<Integer> tokens(String key, int absent) {
    return usual(key, absent) ? List.of(absent) : tokens(key);
  }

  private boolean usual(String key, int absent) {
    return !node.has(key) && absent < positive("vocab_size");
  }

  /** A finite number above 0. */
  public double positiveReal(String key) {
    JsonNode value = required(key, "a positive number");
    if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
      throw invalid(key, "a positive number", value);
    }
    return value.doubleValue();
  }

  public double positiveReal(String key, double absent) {
    return has(key) ? positiveReal(key) : absent;
  }

  /** One finite number, or a list of at least one. */
  public List<Double> reals(String key, List<Double> absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode value = node.get(key);
    List<Double> reals = new ArrayList<>();
    for (JsonNode item : value.isArray() ? value : List.of(value)) {
      if (!item.isNumber() || !Double.isFinite(item.doubleValue())) {
        throw invalid(key, "a number or a list of them", value);
      }
      reals.add(item.doubleValue());
    }
    require(!reals.isEmpty(), key, "a number or a list of them");
    return reals;
  }

  /** A probability from 0 to below 1. */
  public double dropout(String key, double absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode value = node.get(key);
    if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() < 1)) {
      throw invalid(key, "a number from 0 to below 1", value);
    }
    return value.doubleValue();
  }

  public boolean flag(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    if (!node.get(key).isBoolean()) {
      throw invalid(key, "true or false", node.get(key));
    }
    return node.get(key).booleanValue();
  }

  /** A text that must be {@code expected} where it is there at all. */
  public void requireText(String key, String expected) {
    if (has(key) && !text(key).equals(expected)) {
      throw invalid(key, "\"" + expected + "\"", node.get(key));
    }
  }

  /** A flag that must be false where it is there at all. */
  public void requireFalse(String key) {
    if (flag(key, false)) {
      throw invalid(key, "false", node.get(key));
    }
  }

  public Optional<ConfigKeys> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!node.get(key).isObject()) {
      throw invalid(key, "an object", node.get(key));
    }
    return Optional.of(new ConfigKeys(source, prefix + key + ".", node.get(key)));
  }

  public Optional<String> dtype() {
    return has("dtype") ? optionalText("dtype") : optionalText("torch_dtype");
  }

  /** {@code hidden_act}, {@code gelu} if absent. */
  public Activation activation() {
    String key = optionalText("hidden_act").orElse(Activation.GELU.key());
    for (Activation activation : Activation.values()) {
      if (activation.key().equals(key)) {
        return activation;
      }
    }
    throw invalid("hidden_act", "one of gelu, gelu_new, relu", node.get("hidden_act"));
  }

  public Optional<ProblemType> problemType() {
    if (!has("problem_type")) {
      return Optional.empty();
    }
    String key = text("problem_type");
    for (ProblemType type : ProblemType.values()) {
      if (type.key().equals(key)) {
        return Optional.of(type);
      }
    }
    throw invalid(
        "problem_type",
        "one of regression, single_label_classification, multi_label_classification",
        node.get("problem_type"));
  }

  /**
   * The labels of the head in the order of their ids, from {@code id2label} or else {@code
   * num_labels} ({@code LABEL_0} and so on); empty if the file has neither.
   */
  public List<String> labels() {
    Optional<ConfigKeys> byId = object("id2label");
    if (byId.isEmpty()) {
      int count = positive("num_labels", 0);
      List<String> labels = new ArrayList<>();
      for (int id = 0; id < count; id++) {
        labels.add("LABEL_" + id);
      }
      return labels;
    }
    int count = byId.get().node().size();
    List<String> labels = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      if (!byId.get().has(Integer.toString(id))) {
        throw invalid("id2label", "the ids 0 to " + (count - 1), node.get("id2label"));
      }
      labels.add(byId.get().text(Integer.toString(id)));
    }
    require(
        positive("num_labels", count) == count,
        "num_labels",
        "as many labels as id2label has (" + count + ")");
    return labels;
  }
}
