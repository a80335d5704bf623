package dev.statecraft.studio.guide;

import dev.statecraft.base.Json;
import dev.statecraft.studio.recipe.Catalogue;
import dev.statecraft.studio.recipe.Kind;
import dev.statecraft.studio.recipe.Option;
import dev.statecraft.studio.recipe.Otherwise;
import dev.statecraft.studio.recipe.TaskRecipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The catalogue as a JSON schema (draft 7, which editors know best). What a key can be may depend
 * on the task, and inside {@code method} on the method's name, inside {@code task} on its type:
 * each of them has its own branch, without the keys that the others have.
 */
public final class RecipeSchema {
  private static final String METHOD = "method";
  private static final String TASK = "task";

  private final Catalogue catalogue;

  private RecipeSchema(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** The schema's text, for all recipes. */
  public static String json() {
    return json(Catalogue.ALL);
  }

  /** The schema's text, for recipes with these keys. */
  public static String json(Catalogue catalogue) {
    return new RecipeSchema(catalogue).text();
  }

  private String text() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("$id", "urn:statecraft:recipe");
    schema.put("title", "Statecraft recipe");
    schema.put("type", "object");
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Option option : catalogue.of("")) {
      properties.put(option.key(), top(option));
      if (option.otherwise() instanceof Otherwise.Required) {
        required.add(option.key());
      }
    }
    schema.put("properties", properties);
    schema.put("required", required);
    schema.put("additionalProperties", false);
    schema.put("allOf", TaskRecipe.TYPES.stream().map(this::branchOfTask).toList());
    return Json.pretty(sorted(schema));
  }

  private Map<String, Object> top(Option option) {
    if (option.key().equals(METHOD)) {
      return chosen(option, "name", catalogue.methods(), name -> of -> of.isOfMethod(name));
    }
    if (option.key().equals(TASK)) {
      return chosen(option, "type", TaskRecipe.TYPES, type -> of -> of.isOfTask(type));
    }
    // The branches of the tasks say the rest.
    return variesByTask(option) ? described(option, Map.of()) : property(option, of -> true);
  }

  /** A short form, or a mapping whose keys depend on one of them. */
  private Map<String, Object> chosen(
      Option option,
      String discriminator,
      List<String> values,
      Function<String, Predicate<Option>> keysOf) {
    List<Object> conditions = new ArrayList<>();
    for (String value : values) {
      Map<String, Object> isValue =
          Map.of(
              "properties",
              Map.of(discriminator, Map.of("const", value)),
              "required",
              List.of(discriminator));
      conditions.add(Map.of("if", isValue, "then", mapping(option.key(), keysOf.apply(value))));
    }
    Map<String, Object> mapping = new LinkedHashMap<>();
    mapping.put("type", "object");
    mapping.put("properties", Map.of(discriminator, Map.of("enum", values)));
    mapping.put("required", List.of(discriminator));
    mapping.put("allOf", conditions);
    return described(
        option, Map.of("anyOf", List.of(option.kind().schema().orElseThrow(), mapping)));
  }

  private Map<String, Object> branchOfTask(String type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Option option : catalogue.of("")) {
      if (!option.isOfTask(type)) {
        properties.put(option.key(), false);
      } else if (variesByTask(option) && !option.key().equals(TASK)) {
        properties.put(option.key(), property(option, of -> of.isOfTask(type)));
      }
    }
    Map<String, Object> isType = new LinkedHashMap<>();
    isType.put("properties", Map.of("type", Map.of("const", type)));
    isType.put("required", List.of("type"));
    isType.put("type", "object");
    return Map.of(
        "if",
        Map.of(
            "properties",
            Map.of(TASK, Map.of("anyOf", List.of(Map.of("const", type), isType))),
            "required",
            List.of(TASK)),
        "then",
        Map.of("properties", properties));
  }

  private boolean variesByTask(Option top) {
    return catalogue.options().stream()
        .filter(option -> option.key().startsWith(top.key() + "."))
        .anyMatch(option -> !option.tasks().isEmpty());
  }

  private Map<String, Object> property(Option option, Predicate<Option> keys) {
    Kind kind = option.kind();
    if (kind.form() == Kind.Form.VALUE) {
      return described(option, kind.schema().orElseThrow());
    }
    Map<String, Object> mapping = mapping(option.inner(), keys);
    if (kind.form() == Kind.Form.MAPPINGS) {
      return described(option, Map.of("type", "array", "items", mapping, "minItems", 1));
    }
    List<Object> either = new ArrayList<>();
    kind.schema().ifPresent(either::add);
    either.add(mapping);
    if (kind.form() == Kind.Form.MAPPING_OR_LIST) {
      Map<String, Object> each = Map.of("anyOf", List.copyOf(either));
      either.add(Map.of("type", "array", "items", each, "minItems", 1));
    }
    return described(option, either.size() == 1 ? mapping : Map.of("anyOf", either));
  }

  /** A mapping with all keys that the catalogue has for it, and no others. */
  private Map<String, Object> mapping(String parent, Predicate<Option> keys) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Option option : catalogue.of(parent)) {
      if (!keys.test(option)) {
        continue;
      }
      if (properties.put(option.name(), property(option, keys)) != null) {
        throw new IllegalStateException(option.key() + ": two entries for one recipe");
      }
      if (option.otherwise() instanceof Otherwise.Required) {
        required.add(option.name());
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  private static Map<String, Object> described(Option option, Map<String, Object> schema) {
    Map<String, Object> described = new LinkedHashMap<>(new TreeMap<>(schema));
    described.put("description", option.description());
    if (option.otherwise() instanceof Otherwise.Value value) {
      described.put("default", value.value());
    }
    return described;
  }

  /** Keys in one order, whatever order maps had them in; properties stay as in the catalogue. */
  private static Object sorted(Object tree) {
    if (tree instanceof List<?> list) {
      return list.stream().map(RecipeSchema::sorted).toList();
    }
    if (!(tree instanceof Map<?, ?> map)) {
      return tree;
    }
    Map<String, Object> copy =
        map instanceof LinkedHashMap ? new LinkedHashMap<>() : new TreeMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), sorted(value)));
    return copy;
  }
}
