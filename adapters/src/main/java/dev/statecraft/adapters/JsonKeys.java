package dev.statecraft.adapters;

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
import java.util.Optional;

/**
 * Typed access to the keys of an adapter's JSON. A key whose value is {@code null} counts as
 * absent, as in PEFT.
 *
 * @param source what error messages call the file
 * @param prefix path of the object within the file, {@code ""} or for example {@code "parts[0]."}
 */
record JsonKeys(String source, String prefix, JsonNode node) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static JsonKeys parse(String json, String source) {
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
    return new JsonKeys(source, "", root);
  }

  InvalidInputException invalid(String key, String expected) {
    return new InvalidInputException(
        source + ": " + prefix + key + ": expected " + expected + ", found " + shown(get(key)));
  }

  private static String shown(JsonNode node) {
    String text = node.toString();
    if (node.isMissingNode()) {
      return "no such key";
    }
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  JsonNode get(String key) {
    return node.path(key);
  }

  String text(String key) {
    if (!get(key).isTextual()) {
      throw invalid(key, "a string");
    }
    return get(key).textValue();
  }

  Optional<String> optionalText(String key) {
    return has(key) ? Optional.of(text(key)) : Optional.empty();
  }

  int positive(String key) {
    JsonNode value = get(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
      throw invalid(key, "a positive integer");
    }
    return value.intValue();
  }

  double number(String key) {
    JsonNode value = get(key);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw invalid(key, "a number");
    }
    return value.doubleValue();
  }

  /** A probability from 0 to below 1; 0 if absent. */
  double dropout(String key) {
    double value = has(key) ? number(key) : 0;
    if (!(value >= 0 && value < 1)) {
      throw invalid(key, "a number from 0 to below 1");
    }
    return value;
  }

  /** False if absent. */
  boolean flag(String key) {
    if (has(key) && !get(key).isBoolean()) {
      throw invalid(key, "true or false");
    }
    return get(key).asBoolean(false);
  }

  /** A list of strings; empty if absent. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    if (has(key)) {
      if (!get(key).isArray()) {
        throw invalid(key, "a list of strings");
      }
      for (JsonNode item : get(key)) {
        if (!item.isTextual()) {
          throw invalid(key, "a list of strings");
        }
        texts.add(item.textValue());
      }
    }
    return texts;
  }

  /** A list of integers of at least 0, or one such integer; empty if absent. */
  List<Integer> counts(String key) {
    List<Integer> counts = new ArrayList<>();
    if (has(key)) {
      for (JsonNode item : get(key).isArray() ? get(key) : List.of(get(key))) {
        if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < 0) {
          throw invalid(key, "integers of 0 or more");
        }
        counts.add(item.intValue());
      }
    }
    return counts;
  }

  JsonKeys object(String key) {
    if (!get(key).isObject()) {
      throw invalid(key, "an object");
    }
    return new JsonKeys(source, prefix + key + ".", get(key));
  }

  /** A list of at least one object. */
  List<JsonKeys> objects(String key) {
    if (!get(key).isArray() || get(key).isEmpty()) {
      throw invalid(key, "a list of objects");
    }
    List<JsonKeys> objects = new ArrayList<>();
    for (JsonNode item : get(key)) {
      if (!item.isObject()) {
        throw invalid(key, "a list of objects");
      }
      objects.add(new JsonKeys(source, prefix + key + "[" + objects.size() + "].", item));
    }
    return objects;
  }
}
