package dev.statecraft.models.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The keys of a model's configuration, with the words that transformers has for what models share.
 * It remembers which keys were asked for, so that {@link #refuseUnread} can tell the others; not
 * for several threads.
 */
public final class ConfigKeys {
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

  private final JsonKeys file;
  private final Set<String> asked = new HashSet<>();
  private final Map<String, ConfigKeys> objects = new HashMap<>();

  /** The keys of an object of a file. */
  public ConfigKeys(JsonKeys file) {
    this.file = file;
  }

  public static ConfigKeys parse(String json, String source) {
    return new ConfigKeys(JsonKeys.parse(json, source));
  }

  /** The object. What is read of it so does not count as asked for. */
  public JsonNode node() {
    return file.node();
  }

  /** The file's keys, of which this one is asked for. */
  private JsonKeys ask(String key) {
    asked.add(key);
    return file;
  }

  /**
   * Refuses keys that nobody has asked for, here and in the objects that were opened, unless they
   * are {@linkplain HarmlessKeys known} not to change what a model computes.
   *
   * @param model what the message calls the model
   * @throws InvalidInputException if there are any; the message names each with its value
   */
  public void refuseUnread(String model) {
    List<UnreadKey> unread = unread();
    if (!unread.isEmpty()) {
      throw UnreadKey.refusal(unread, model);
    }
  }

  private List<UnreadKey> unread() {
    List<UnreadKey> unread = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node().properties()) {
      String key = field.getKey();
      if (objects.containsKey(key)) {
        unread.addAll(objects.get(key).unread());
      } else if (!asked.contains(key) && !HarmlessKeys.harmless(key, node())) {
        unread.add(new UnreadKey(file, key));
      }
    }
    return unread;
  }

  public InvalidInputException invalid(String key, String expected, String found) {
    return file.invalid(key, expected, found);
  }

  /** Throws if a relation between keys does not hold. */
  public void require(boolean holds, String key, String expected) {
    if (!holds) {
      throw file.get(key).isMissingNode()
          ? file.invalid(key, expected, "nothing")
          : file.invalid(key, expected);
    }
  }

  public boolean has(String key) {
    return ask(key).has(key);
  }

  public String text(String key) {
    return ask(key).text(key);
  }

  public Optional<String> optionalText(String key) {
    return ask(key).optionalText(key);
  }

  /** An integer of at least 1, and no more than makes sense for its key. */
  public int positive(String key) {
    int value = ask(key).positive(key);
    int most = MOST.getOrDefault(key, Integer.MAX_VALUE);
    require(value <= most, key, "a positive integer of up to " + most);
    return value;
  }

  public int positive(String key, int absent) {
    return has(key) ? positive(key) : absent;
  }

  /** An integer of at least 0. */
  public int zeroOrMore(String key, int absent) {
    return has(key) ? ask(key).whole(key, 0, "an integer of at least 0") : absent;
  }

  /** A token id: an integer of at least 0, or absent. Some files write -1 for no token. */
  public OptionalInt token(String key) {
    if (!has(key)) {
      return OptionalInt.empty();
    }
    int id = ask(key).whole(key, -1, "a token id");
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** One token id, a list of them, or none. */
  public List<Integer> tokens(String key) {
    if (!has(key) || !ask(key).get(key).isArray()) {
      return token(key).stream().boxed().toList();
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonNode item : ask(key).get(key)) {
      if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < 0) {
        throw file.invalid(key, "a token id or a list of them");
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
    return ask(key).get(key).isMissingNode() && absent < positive("vocab_size", Integer.MAX_VALUE);
  }

  /** A finite number above 0. */
  public double positiveReal(String key) {
    return ask(key).number(key, number -> number > 0, "a positive number");
  }

  public double positiveReal(String key, double absent) {
    return has(key) ? positiveReal(key) : absent;
  }

  /** One finite number, or a list of at least one. */
  public List<Double> reals(String key, List<Double> absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode value = ask(key).get(key);
    List<Double> reals = new ArrayList<>();
    for (JsonNode item : value.isArray() ? value : List.of(value)) {
      if (!item.isNumber() || !Double.isFinite(item.doubleValue())) {
        throw file.invalid(key, "a number or a list of them");
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
      require(ask(key).get(key).isArray(), key, "a list of strings");
      for (JsonNode item : ask(key).get(key)) {
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
      require(ask(key).get(key).isArray(), key, "a list of integers");
      for (JsonNode item : ask(key).get(key)) {
        require(item.isIntegralNumber() && item.canConvertToInt(), key, "a list of integers");
        wholes.add(item.intValue());
      }
    }
    return wholes;
  }

  /** A probability from 0 to below 1. */
  public double dropout(String key, double absent) {
    return has(key)
        ? ask(key).number(key, from -> from >= 0 && from < 1, "a number from 0 to below 1")
        : absent;
  }

  public boolean flag(String key, boolean absent) {
    return ask(key).flag(key, absent);
  }

  /** A text that must be {@code expected} where it is there at all. */
  public void requireText(String key, String expected) {
    if (has(key) && !text(key).equals(expected)) {
      throw file.invalid(key, "\"" + expected + "\"");
    }
  }

  /** A flag that must be false where it is there at all. */
  public void requireFalse(String key) {
    if (flag(key, false)) {
      throw file.invalid(key, "false");
    }
  }

  public Optional<ConfigKeys> object(String key) {
    return has(key)
        ? Optional.of(objects.computeIfAbsent(key, name -> new ConfigKeys(ask(name).object(name))))
        : Optional.empty();
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
    throw file.invalid(key, "one of gelu, gelu_new, relu");
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
    throw file.invalid(
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
        throw file.invalid("id2label", "the ids 0 to " + (count - 1));
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
