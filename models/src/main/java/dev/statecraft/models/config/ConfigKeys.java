package dev.statecraft.models.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The keys of a model's configuration, with the words that transformers has for what models share.
 *
 * @param keys of an object of the file
 */
public record ConfigKeys(JsonKeys keys) {
  /**
   * The most that sizes can sensibly be, by key: far beyond any model, and such that no product of
   * two of them leaves what is computed with them. Others are bounded by their type.
   */
  private static final Map<String, Integer> MOST =
      Map.ofEntries(
          Map.entry("hidden_size", 1 << 20),
          Map.entry("intermediate_size", 1 << 22),
          Map.entry("dim", 1 << 20),
          Map.entry("hidden_dim", 1 << 22),
          Map.entry("n_heads", 1 << 14),
          Map.entry("n_layers", 1 << 12),
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
    return new ConfigKeys(JsonKeys.parse(json, source));
  }

  /** The object. */
  public JsonNode node() {
    return keys.node();
  }

  public InvalidInputException invalid(String key, String expected, String found) {
    return keys.invalid(key, expected, found);
  }

  /** Throws if a relation between keys does not hold. */
  public void require(boolean holds, String key, String expected) {
    if (!holds) {
      throw keys.get(key).isMissingNode()
          ? keys.invalid(key, expected, "nothing")
          : keys.invalid(key, expected);
    }
  }

  public boolean has(String key) {
    return keys.has(key);
  }

  public String text(String key) {
    return keys.text(key);
  }

  public Optional<String> optionalText(String key) {
    return keys.optionalText(key);
  }

  /** An integer of at least 1, and no more than makes sense for its key. */
  public int positive(String key) {
    int value = keys.positive(key);
    int most = MOST.getOrDefault(key, Integer.MAX_VALUE);
    require(value <= most, key, "a positive integer of up to " + most);
    return value;
  }

  public int positive(String key, int absent) {
    return has(key) ? positive(key) : absent;
  }

  /** An integer of at least 0. */
  public int zeroOrMore(String key, int absent) {
    return has(key) ? keys.whole(key, 0, "an integer of at least 0") : absent;
  }

  /** A token id: an integer of at least 0, or absent. Some files write -1 for no token. */
  public OptionalInt token(String key) {
    if (!has(key)) {
      return OptionalInt.empty();
    }
    int id = keys.whole(key, -1, "a token id");
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** One token id, a list of them, or none. */
  public List<Integer> tokens(String key) {
    if (!has(key) || !keys.get(key).isArray()) {
      return token(key).stream().boxed().toList();
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonNode item : keys.get(key)) {
      if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < 0) {
        throw keys.invalid(key, "a token id or a list of them");
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
    return keys.get(key).isMissingNode() && absent < positive("vocab_size", Integer.MAX_VALUE);
  }

  /** A finite number above 0. */
  public double positiveReal(String key) {
    return keys.number(key, number -> number > 0, "a positive number");
  }

  public double positiveReal(String key, double absent) {
    return has(key) ? positiveReal(key) : absent;
  }

  /** One finite number, or a list of at least one. */
  public List<Double> reals(String key, List<Double> absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode value = keys.get(key);
    List<Double> reals = new ArrayList<>();
    for (JsonNode item : value.isArray() ? value : List.of(value)) {
      if (!item.isNumber() || !Double.isFinite(item.doubleValue())) {
        throw keys.invalid(key, "a number or a list of them");
      }
      reals.add(item.doubleValue());
    }
    require(!reals.isEmpty(), key, "a number or a list of them");
    return reals;
  }

  /** A list of strings; empty if the file has none. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    if (has(key)) {
      require(keys.get(key).isArray(), key, "a list of strings");
      for (JsonNode item : keys.get(key)) {
        require(item.isTextual(), key, "a list of strings");
        texts.add(item.textValue());
      }
    }
    return texts;
  }

  /** Whole numbers, such as one for each layer; empty if the file has none. */
  public List<Integer> wholes(String key) {
    List<Integer> wholes = new ArrayList<>();
    if (has(key)) {
      require(keys.get(key).isArray(), key, "a list of integers");
      for (JsonNode item : keys.get(key)) {
        require(item.isIntegralNumber() && item.canConvertToInt(), key, "a list of integers");
        wholes.add(item.intValue());
      }
    }
    return wholes;
  }

  /** A probability from 0 to below 1. */
  public double dropout(String key, double absent) {
    return has(key)
        ? keys.number(key, from -> from >= 0 && from < 1, "a number from 0 to below 1")
        : absent;
  }

  public boolean flag(String key, boolean absent) {
    return keys.flag(key, absent);
  }

  /** A text that must be {@code expected} where it is there at all. */
  public void requireText(String key, String expected) {
    if (has(key) && !text(key).equals(expected)) {
      throw keys.invalid(key, "\"" + expected + "\"");
    }
  }

  /** A flag that must be false where it is there at all. */
  public void requireFalse(String key) {
    if (flag(key, false)) {
      throw keys.invalid(key, "false");
    }
  }

  public Optional<ConfigKeys> object(String key) {
    return has(key) ? Optional.of(new ConfigKeys(keys.object(key))) : Optional.empty();
  }

  public Optional<String> dtype() {
    return has("dtype") ? optionalText("dtype") : optionalText("torch_dtype");
  }

  /** {@code hidden_act}, {@code gelu} if absent. */
  public Activation activation() {
    return activation("hidden_act");
  }

  /** An activation, {@code gelu} if absent. */
  public Activation activation(String key) {
    String name = optionalText(key).orElse(Activation.GELU.key());
    for (Activation activation : Activation.values()) {
      if (activation.key().equals(name)) {
        return activation;
      }
    }
    throw keys.invalid(key, "one of gelu, gelu_new, relu");
  }

  /** {@code classifier_pooling}: whether a head reads the mean over tokens, if the file says. */
  public Optional<Boolean> meanPooling() {
    Optional<String> pooling = optionalText("classifier_pooling");
    require(
        pooling.isEmpty() || List.of("mean", "cls").contains(pooling.get()),
        "classifier_pooling",
        "mean or cls");
    return pooling.map("mean"::equals);
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
    throw keys.invalid(
        "problem_type",
        "one of regression, single_label_classification, multi_label_classification");
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
        throw keys.invalid("id2label", "the ids 0 to " + (count - 1));
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
