package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.GraphException;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Typed access to the keys of one mapping of a recipe, with one way of saying what is wrong: file,
 * path of the key, what was expected, what was found. A key without a value counts as absent.
 */
final class Section {
  private final Document document;
  private final String source;
  private final String path;
  private final ObjectNode node;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * @param path of the mapping in the file, with a dot at its end, or empty for the whole file
   */
  Section(Document document, String path, ObjectNode node) {
    this.document = document;
    this.source = document.source();
    this.path = path;
    this.node = node;
  }

  /**
   * Reads the section, then rejects keys that the reader did not ask for. What {@code reader}
   * throws about values gets file and path put before it.
   */
  <T> T read(Function<Section, T> reader) {
    T value;
    try {
      value = reader.apply(this);
    } catch (UsageException | InvalidInputException | GraphException | InvalidPathException e) {
      throw new RecipeException(source + ": " + path + e.getMessage() + suggestion(e), e);
    }
    for (String key : (Iterable<String>) node::fieldNames) {
      if (!known.contains(key)) {
        throw document.unknownKeys().unknown(path, key, known);
      }
    }
    return value;
  }

  boolean has(String key) {
    known.add(key);
    return node.hasNonNull(key);
  }

  /** The value, or a missing node. */
  private JsonNode value(String key) {
    return has(key) ? node.get(key) : JsonNodeFactory.instance.missingNode();
  }

  RecipeException invalid(String key, String expected) {
    return new RecipeException(
        source
            + ": "
            + path
            + key
            + ": expected "
            + expected
            + ", found "
            + RecipeText.shown(value(key))
            + suggestion(key));
  }

  /** What a word that is none of those that a key can have was probably meant to be. */
  private String suggestion(String key) {
    String option = (path + key).replaceAll("\\[[0-9]+]", "");
    return value(key).isTextual()
        ? Suggestion.of(value(key).textValue(), document.catalogue().words(option))
        : "";
  }

  /** The same for a message that begins with a key. */
  private String suggestion(RuntimeException thrown) {
    String message = String.valueOf(thrown.getMessage());
    int colon = message.indexOf(':');
    return colon < 0 || message.contains("did you mean") || !message.contains("expected")
        ? ""
        : suggestion(message.substring(0, colon));
  }

  Optional<String> text(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!value(key).isTextual()) {
      throw invalid(key, "text");
    }
    return Optional.of(value(key).textValue());
  }

  String requiredText(String key, String expected) {
    return text(key).filter(text -> !text.isBlank()).orElseThrow(() -> invalid(key, expected));
  }

  Optional<Integer> integer(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!value(key).isIntegralNumber() || !value(key).canConvertToInt()) {
      throw invalid(key, "a whole number");
    }
    return Optional.of(value(key).intValue());
  }

  Optional<Long> longInteger(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!value(key).isIntegralNumber() || !value(key).canConvertToLong()) {
      throw invalid(key, "a whole number");
    }
    return Optional.of(value(key).longValue());
  }

  Optional<Double> number(String key) {
    return has(key) ? Optional.of(number(key, value(key))) : Optional.empty();
  }

  private double number(String key, JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    // YAML 1.1 takes 1e-3, which has no point, for text.
    if (value.isTextual()
        && value.textValue().matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)[eE][-+]?[0-9]{1,3}")) {
      return new BigDecimal(value.textValue()).doubleValue();
    }
    throw invalid(key, "a number");
  }

  Optional<List<Double>> numbers(String key) {
    return list(key, "a list of numbers").map(values -> map(values, v -> number(key, v)));
  }

  /** A list of whole numbers from 0 on. */
  Optional<List<Integer>> counts(String key) {
    String expected = "a list of whole numbers from 0 on";
    return list(key, expected)
        .map(
            values ->
                map(
                    values,
                    value -> {
                      if (!value.isIntegralNumber()
                          || !value.canConvertToInt()
                          || value.intValue() < 0) {
                        throw invalid(key, expected);
                      }
                      return value.intValue();
                    }));
  }

  Optional<Boolean> flag(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!value(key).isBoolean()) {
      throw invalid(key, "true or false");
    }
    return Optional.of(value(key).booleanValue());
  }

  Document document() {
    return document;
  }

  /** One of two words, the second of which YAML 1.1 may take for false: {@code off}. */
  Optional<String> textOrOff(String key) {
    return value(key).isBoolean() && !value(key).booleanValue() ? Optional.of("off") : text(key);
  }

  /** A list of texts; numbers and truth values stand for their text, as labels may be numbers. */
  Optional<List<String>> texts(String key) {
    Optional<ArrayNode> values = list(key, "a list of texts");
    if (values.isPresent()) {
      values
          .get()
          .forEach(
              value -> {
                if (value.isContainerNode() || value.isNull()) {
                  throw invalid(key, "a list of texts");
                }
              });
    }
    return values.map(list -> map(list, JsonNode::asText));
  }

  private Optional<ArrayNode> list(String key, String expected) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!(value(key) instanceof ArrayNode list)) {
      throw invalid(key, expected);
    }
    return Optional.of(list);
  }

  private static <T> List<T> map(ArrayNode values, Function<JsonNode, T> reader) {
    List<T> read = new ArrayList<>();
    values.forEach(value -> read.add(reader.apply(value)));
    return read;
  }

  boolean isMapping(String key) {
    return value(key).isObject();
  }

  boolean isList(String key) {
    return value(key).isArray();
  }

  /** Whether the value is this very text, one that stands for something special. */
  boolean isText(String key, String text) {
    return value(key).isTextual() && value(key).textValue().equals(text);
  }

  boolean isWholeNumber(String key) {
    return value(key).isIntegralNumber();
  }

  /** The mapping at a key; an empty one if it is absent. */
  Section section(String key) {
    return has(key) ? mapping(key) : child(key, JsonNodeFactory.instance.objectNode());
  }

  /**
   * A mapping whose keys are names of the user's own.
   *
   * @param reader makes the value of a name
   */
  <T> Map<String, T> named(String key, BiFunction<Section, String, T> reader) {
    Map<String, T> values = new LinkedHashMap<>();
    section(key)
        .read(
            mapping -> {
              for (String name : (Iterable<String>) mapping.node::fieldNames) {
                if (!mapping.has(name)) {
                  throw mapping.invalid(name, "a value");
                }
                values.put(name, reader.apply(mapping, name));
              }
              return values;
            });
    return values;
  }

  /** The mapping at a key; a text there is short for {@code {main: text}}. */
  Section shorthand(String key, String main) {
    return value(key).isTextual() ? spelledOut(key, main) : section(key);
  }

  /** The mapping {@code {main: value}} that the value at a key is short for. */
  Section spelledOut(String key, String main) {
    ObjectNode mapping = JsonNodeFactory.instance.objectNode();
    mapping.set(main, value(key));
    return child(key, mapping);
  }

  /** One mapping or a list of them, each of which may be a {@link #shorthand}. */
  List<Section> shorthands(String key, String main) {
    if (!isList(key)) {
      return List.of(shorthand(key, main));
    }
    List<Section> sections = new ArrayList<>();
    for (JsonNode value : value(key)) {
      String name = key + "[" + sections.size() + "]";
      ObjectNode item = JsonNodeFactory.instance.objectNode();
      item.set(name, value);
      sections.add(new Section(document, path, item).shorthand(name, main));
    }
    return sections;
  }

  private Section mapping(String key) {
    if (!(value(key) instanceof ObjectNode mapping)) {
      throw invalid(key, "a mapping");
    }
    return child(key, mapping);
  }

  /** The mappings of a list. */
  List<Section> sections(String key) {
    ArrayNode values =
        list(key, "a list of mappings").orElseGet(JsonNodeFactory.instance::arrayNode);
    List<Section> sections = new ArrayList<>();
    for (JsonNode value : values) {
      if (!(value instanceof ObjectNode mapping)) {
        throw invalid(key, "a list of mappings");
      }
      sections.add(child(key + "[" + sections.size() + "]", mapping));
    }
    return sections;
  }

  private Section child(String key, ObjectNode mapping) {
    return new Section(document, path + key + ".", mapping);
  }
}
