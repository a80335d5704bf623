package dev.statecraft.studio.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the value of a key can be.
 *
 * @param words for people, such as {@code a whole number, 1 or more}
 * @param schema of a value that is not a mapping, in the words of JSON schema; empty if only a
 *     mapping will do
 * @param form whether a mapping, or a list of them, will do
 * @param main the key that a value alone stands for where a mapping could be
 * @param example a value that is allowed
 */
public record Kind(
    String words,
    Optional<Map<String, Object>> schema,
    Form form,
    Optional<String> main,
    Object example) {
  /** YAML 1.1 takes 1e-3, which has no point, for text; the reader does not. */
  private static final Map<String, Object> POWER_OF_TEN =
      Map.of("type", "string", "pattern", "^[-+]?[0-9.]+[eE][-+]?[0-9]{1,3}$");

  /** What a value looks like from outside. */
  public enum Form {
    /** A text, a number, a list of them. */
    VALUE,
    /** A mapping, with keys of its own in the catalogue. */
    MAPPING,
    /** The same, or a list of which each is such a value or mapping. */
    MAPPING_OR_LIST,
    /** A list of mappings; their keys are in the catalogue under {@code key[]}. */
    MAPPINGS
  }

  public Kind {
    schema = schema.map(Map::copyOf);
  }

  static Kind text(String words, String example) {
    return value(words, Map.of("type", "string"), example);
  }

  static Kind wholeNumber(long least, long example) {
    return value(
        "a whole number, " + least + " or more",
        Map.of("type", "integer", "minimum", least),
        example);
  }

  static Kind anyWholeNumber(long example) {
    return value("a whole number", Map.of("type", "integer"), example);
  }

  /**
   * A number.
   *
   * @param bounds in the words of JSON schema
   */
  static Kind number(String words, Map<String, Object> bounds, double example) {
    // In one order, whatever order the map has: the schema is a published file.
    Map<String, Object> number = new TreeMap<>(bounds);
    number.put("type", "number");
    return value(words, Map.of("anyOf", List.of(number, POWER_OF_TEN)), example);
  }

  /**
   * Numbers, as many as the example has.
   *
   * @param bounds of each, in the words of JSON schema
   */
  static Kind numbers(String words, Map<String, Object> bounds, List<Double> example) {
    return value(
        words,
        Map.of(
            "type",
            "array",
            "items",
            number("", bounds, 0).schema().orElseThrow(),
            "minItems",
            example.size(),
            "maxItems",
            example.size()),
        example);
  }

  static Kind flag() {
    return value("true or false", Map.of("type", "boolean"), true);
  }

  static Kind choice(List<String> labels) {
    return value(String.join(", ", labels), Map.of("enum", labels), labels.get(0));
  }

  /** A list of texts; numbers and truth values stand for their text. */
  static Kind texts(String words, int least, List<String> example) {
    return value(
        words,
        Map.of(
            "type",
            "array",
            "items",
            Map.of("type", List.of("string", "number", "boolean")),
            "minItems",
            least),
        example);
  }

  /** Some of several words, each once. */
  static Kind some(List<String> labels) {
    return value(
        "some of " + String.join(", ", labels),
        Map.of(
            "type", "array", "items", Map.of("enum", labels), "minItems", 1, "uniqueItems", true),
        labels.subList(0, 1));
  }

  /** A list of whole numbers from 0 on. */
  static Kind counts(String words, List<Integer> example) {
    return value(
        words,
        Map.of("type", "array", "items", Map.of("type", "integer", "minimum", 0), "minItems", 1),
        example);
  }

  /**
   * A mapping whose keys are names of the user's own.
   *
   * @param each value's kind
   */
  static Kind named(String words, Kind each, Map<String, Object> example) {
    return value(
        words,
        Map.of("type", "object", "additionalProperties", each.schema.orElseThrow()),
        example);
  }

  static Kind mapping() {
    return new Kind("a mapping", Optional.empty(), Form.MAPPING, Optional.empty(), Map.of());
  }

  static Kind mappings() {
    return new Kind(
        "a list of mappings", Optional.empty(), Form.MAPPINGS, Optional.empty(), List.of());
  }

  /** The same, or this very word. */
  Kind orWord(String word) {
    Kind both = or(value(word, Map.of("const", word), word));
    return new Kind(words + ", or " + word, both.schema, form, main, example);
  }

  /** The same, or another value, which these words speak of as well. */
  Kind or(Kind other) {
    List<Object> either = new ArrayList<>();
    schema.ifPresent(either::add);
    other.schema.ifPresent(either::add);
    return new Kind(words, Optional.of(Map.of("anyOf", either)), form, main, example);
  }

  /** The same, or a mapping in which this value is that of the key {@code main}. */
  Kind orMapping(String main) {
    return new Kind(words + ", or a mapping", schema, Form.MAPPING, Optional.of(main), example);
  }

  /** The same, or a list of such values and mappings. */
  Kind orList() {
    return new Kind(words + ", or a list of these", schema, Form.MAPPING_OR_LIST, main, example);
  }

  /** The words that it can be; empty if it cannot be a word, or any. */
  List<String> choices() {
    List<String> choices = new ArrayList<>();
    schema.ifPresent(words -> addChoices(words, choices));
    return choices;
  }

  private static void addChoices(Object schema, List<String> choices) {
    if (schema instanceof Map<?, ?> parts) {
      addChoices(parts.get("items"), choices);
      addChoices(parts.get("anyOf"), choices);
      if (parts.get("const") instanceof String word) {
        choices.add(word);
      }
      if (parts.get("enum") instanceof List<?> words) {
        words.forEach(word -> choices.add(String.valueOf(word)));
      }
    } else if (schema instanceof List<?> either) {
      either.forEach(one -> addChoices(one, choices));
    }
  }

  private static Kind value(String words, Map<String, Object> schema, Object example) {
    return new Kind(words, Optional.of(schema), Form.VALUE, Optional.empty(), example);
  }
}
