package dev.statecraft.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;

/**
 * Typed access to the keys of a JSON object, with one way of saying what is wrong: file, path of
 * the key, what was expected, what was found. A key whose value is {@code null} counts as absent,
 * as in Python's libraries. What it throws is an {@link InvalidInputException}.
 *
 * @param source what error messages call the file
 * @param prefix path of the object within the file, {@code ""} or for example {@code "parts[0]."}
 * @param node the object
 */
public record JsonKeys(String source, String prefix, JsonNode node) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The object that a text is. */
  public static JsonKeys parse(String json, String source) {
    JsonNode root = tree(json, source);
    if (!root.isObject()) {
      throw unexpected(root, "a JSON object", source);
    }
    return new JsonKeys(source, "", root);
  }

  /** The objects, at least one, of the array that a text is. */
  public static List<JsonKeys> parseAll(String json, String source) {
    JsonNode root = tree(json, source);
    List<JsonKeys> objects = new ArrayList<>();
    for (JsonNode item : root) {
      objects.add(new JsonKeys(source, "[" + objects.size() + "].", item));
    }
    if (!root.isArray()
        || objects.isEmpty()
        || !objects.stream().allMatch(keys -> keys.node.isObject())) {
      throw unexpected(root, "a JSON array of objects", source);
    }
    return objects;
  }

  private static JsonNode tree(String json, String source) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          source + ": expected well-formed JSON, found: " + JsonProblem.of(e), e);
    }
  }

  private static InvalidInputException unexpected(JsonNode root, String expected, String source) {
    String found = root.isMissingNode() ? "nothing" : shown(root);
    return new InvalidInputException(source + ": expected " + expected + ", found " + found);
  }

  /** What to throw where a key has another value than was expected, or none. */
  public InvalidInputException invalid(String key, String expected) {
    return invalid(key, expected, shown(get(key)));
  }

  /** The same with what was found in other words. */
  public InvalidInputException invalid(String key, String expected, String found) {
    return new InvalidInputException(
        source + ": " + prefix + key + ": expected " + expected + ", found " + found);
  }

  private static String shown(JsonNode node) {
    String text = node.toString();
    if (node.isMissingNode()) {
      return "no such key";
    }
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  /** Whether a key is there, and is not {@code null}. */
  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  /** The value of a key; a missing node if there is none. */
  public JsonNode get(String key) {
    return node.path(key);
  }

  /** A text. */
  public String text(String key) {
    return required(key, get(key).isTextual(), "a string").textValue();
  }

  /** A text, if the key is there. */
  public Optional<String> optionalText(String key) {
    return has(key) ? Optional.of(text(key)) : Optional.empty();
  }

  /**
   * A whole number.
   *
   * @param expected what a message asks for
   */
  public int whole(String key, int least, String expected) {
    return required(key, isWhole(get(key), least), expected).intValue();
  }

  /** A whole number of at least 1. */
  public int positive(String key) {
    return whole(key, 1, "a positive integer");
  }

  /** A finite number. */
  public double number(String key) {
    return number(key, any -> true, "a number");
  }

  /**
   * A finite number of some range.
   *
   * @param expected what a message asks for
   */
  public double number(String key, DoublePredicate range, String expected) {
    JsonNode value = get(key);
    return required(key, isFinite(value) && range.test(value.doubleValue()), expected)
        .doubleValue();
  }

  /** A truth value. */
  public boolean flag(String key, boolean absent) {
    return has(key) ? required(key, get(key).isBoolean(), "true or false").booleanValue() : absent;
  }

  /** A list of texts; empty if absent. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    if (has(key)) {
      for (JsonNode item : required(key, get(key).isArray(), "a list of strings")) {
        required(key, item.isTextual(), "a list of strings");
        texts.add(item.textValue());
      }
    }
    return texts;
  }

  /** A list of whole numbers of at least 0, or one such number; empty if absent. */
  public List<Integer> counts(String key) {
    List<Integer> counts = new ArrayList<>();
    if (has(key)) {
      for (JsonNode item : get(key).isArray() ? get(key) : List.of(get(key))) {
        required(key, isWhole(item, 0), "integers of 0 or more");
        counts.add(item.intValue());
      }
    }
    return counts;
  }

  /** An object within this one. */
  public JsonKeys object(String key) {
    return new JsonKeys(
        source, prefix + key + ".", required(key, get(key).isObject(), "an object"));
  }

  /** A list of at least one object. */
  public List<JsonKeys> objects(String key) {
    List<JsonKeys> objects = new ArrayList<>();
    boolean some = get(key).isArray() && !get(key).isEmpty();
    for (JsonNode item : required(key, some, "a list of objects")) {
      required(key, item.isObject(), "a list of objects");
      objects.add(new JsonKeys(source, prefix + key + "[" + objects.size() + "].", item));
    }
    return objects;
  }

  private JsonNode required(String key, boolean holds, String expected) {
    if (!holds) {
      throw invalid(key, expected);
    }
    return get(key);
  }

  private static boolean isWhole(JsonNode value, int least) {
    return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= least;
  }

  private static boolean isFinite(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.doubleValue());
  }
}
