package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The methods: the one place that lists them. */
public final class Methods {
  /** All of them, in the order in which they are explained. */
  public static final List<Method> ALL =
      List.of(
          new LoraMethod(),
          new DoraMethod(),
          new VeraMethod(),
          new AdaLoraMethod(),
          new QaLoraMethod(),
          new ControlMethod(),
          new DoubleControlMethod(),
          new ControlAndLoraMethod(),
          new AdapterMethod(),
          new Ia3Method(),
          new BitFitMethod(),
          new PatchControlMethod(),
          new RoutedMethod(),
          new ReftMethod(),
          new FullMethod(),
          new ProbeMethod(),
          new EdgesMethod());

  private static final String SOURCE = "--tuning";

  private Methods() {}

  /** The names of all. */
  public static List<String> names() {
    return names(ALL);
  }

  static List<String> names(List<Method> methods) {
    return methods.stream().map(Method::name).toList();
  }

  /** The names of what an edge can compute. */
  static List<String> functions() {
    return EdgeFunction.ALL.stream().map(EdgeFunction::label).toList();
  }

  /**
   * A method by its name.
   *
   * @throws UsageException if there is none
   */
  public static Method of(String name) {
    return of(name, ALL);
  }

  static Method of(String name, List<Method> methods) {
    return methods.stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "method: expected one of "
                        + names(methods)
                        + ", found '"
                        + name
                        + "'"
                        + Suggestion.of(name, names(methods))));
  }

  /**
   * Reads a method given by its name, such as {@code lora}, or as a mapping in YAML, such as {@code
   * {name: lora, rank: 4}}.
   *
   * @throws RecipeException if it is neither
   */
  public static MethodRecipe parse(String yaml) {
    String text = yaml.strip();
    return read(
        RecipeText.parse(
            text.startsWith("{") || text.contains(":") ? text : "name: '" + text + "'", SOURCE));
  }

  /**
   * As {@link #parse(String)}, with a rank for methods that are given by their name and have one.
   *
   * @throws RecipeException if it is no method
   */
  public static MethodRecipe parse(String yaml, int rank) {
    String name = yaml.strip();
    if (!names().contains(name)) {
      return parse(yaml);
    }
    ObjectNode root = RecipeText.parse("name: '" + name + "'", SOURCE);
    List<String> ranks =
        of(name).keys().options("").stream()
            .map(Option::key)
            .filter(key -> (key.equals("rank") || key.endsWith(".rank")) && !key.contains("[]"))
            .map(key -> key + "=" + rank)
            .toList();
    return read(Overrides.apply(root, ranks, SOURCE, Catalogue.ALL));
  }

  private static MethodRecipe read(ObjectNode root) {
    Document document = new Document(SOURCE, Path.of(""), "", Catalogue.ALL);
    return document.section(root).read(section -> read(section, ALL, Optional.empty()));
  }

  /** Reads the mapping of a method. */
  static MethodRecipe read(Section section, List<Method> methods, Optional<Reading> recipe) {
    Method method = of(section.requiredText("name", "one of " + names(methods)), methods);
    return new MethodRecipe(method, new Reading(section, method.keys(), recipe).settings());
  }

  // ---- what the catalogue says ----

  /** {@code 2e-4 for lora, dora; ...}, in the order of the methods. */
  static String learningRates() {
    Map<Double, List<String>> methods = new LinkedHashMap<>();
    for (Method method : ALL) {
      methods.computeIfAbsent(method.learningRate(), rate -> new ArrayList<>()).add(method.name());
    }
    return methods.entrySet().stream()
        .map(entry -> Numbers.shown(entry.getKey()) + " for " + String.join(", ", entry.getValue()))
        .collect(Collectors.joining("; "));
  }

  /** The names of methods that learn the head as all else. */
  static List<String> ofOneRate() {
    return names(ALL.stream().filter(Method::hasOneRate).toList());
  }

  /** The names of methods that need no key but their name. */
  public static List<String> alone() {
    return alone(ALL);
  }

  static List<String> alone(List<Method> methods) {
    return names(methods.stream().filter(method -> !method.keys().anyRequired()).toList());
  }

  /**
   * The catalogue's entries of all methods' keys. Methods that follow each other and have keys of
   * the same names share the entries that say the same.
   */
  static List<Option> options(List<Method> methods, String prefix) {
    List<Option> all = new ArrayList<>();
    for (int begin = 0, end = 0; begin < methods.size(); begin = end) {
      List<String> keys = keys(methods.get(begin));
      while (end < methods.size() && keys(methods.get(end)).equals(keys)) {
        end++;
      }
      List<List<Option>> alike =
          methods.subList(begin, end).stream().map(method -> options(method, prefix)).toList();
      for (int key = 0; key < keys.size(); key++) {
        all.addAll(shared(alike, key));
      }
    }
    return all;
  }

  private static List<String> keys(Method method) {
    return method.keys().options("").stream().map(Option::key).toList();
  }

  private static List<Option> options(Method method, String prefix) {
    return method.keys().options(prefix).stream()
        .map(option -> option.methods(List.of(method.name())))
        .toList();
  }

  /** The entries of one key, those that say the same as one. */
  private static List<Option> shared(List<List<Option>> alike, int key) {
    Map<Option, List<String>> entries = new LinkedHashMap<>();
    for (List<Option> options : alike) {
      Option option = options.get(key);
      entries
          .computeIfAbsent(option.methods(List.of()), same -> new ArrayList<>())
          .addAll(option.methods());
    }
    return entries.entrySet().stream()
        .map(entry -> entry.getKey().methods(entry.getValue()))
        .toList();
  }
}
