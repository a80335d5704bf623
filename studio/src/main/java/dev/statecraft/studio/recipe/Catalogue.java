package dev.statecraft.studio.recipe;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every key that a recipe can have, in the order in which they are explained. It is made of the
 * {@link Keys} that recipes are read and written with, and the JSON schema, {@code train --explain}
 * and {@code docs/recipes.md} are made of it.
 */
public final class Catalogue {
  /** That of all recipes. */
  public static final Catalogue ALL = new Catalogue(Recipe.KEYS);

  private final List<Option> options;
  private final List<String> methods;

  /** That of recipes with these keys. */
  Catalogue(RecipeKeys keys) {
    List<Option> all = keys.options("");
    // The whole first, then its parts.
    options =
        Stream.concat(
                all.stream().filter(option -> option.parent().isEmpty()),
                all.stream().filter(option -> !option.parent().isEmpty()))
            .toList();
    methods = Methods.names(keys.methods());
  }

  /** The names of the methods that a recipe can have. */
  public List<String> methods() {
    return methods;
  }

  /** All entries. */
  public List<Option> options() {
    return options;
  }

  /** The entries of one mapping; {@code parent} is empty for the recipe itself. */
  public List<Option> of(String parent) {
    return matching(option -> option.parent().equals(parent));
  }

  /**
   * The entries that a word means: a whole key such as {@code train.epochs}, its end such as {@code
   * epochs}, or a mapping, for that and all inside it.
   *
   * @throws RecipeException if there is none
   */
  public List<Option> find(String word) {
    String key = word.strip();
    List<Option> found =
        matching(
            option ->
                option.key().equals(key)
                    || option.key().startsWith(key + ".")
                    || option.key().startsWith(key + "[]."));
    if (found.isEmpty()) {
      found = matching(option -> option.key().endsWith("." + key));
    }
    if (found.isEmpty()) {
      throw new RecipeException(
          "--explain: expected a key of a recipe, such as train.epochs or method, found '"
              + word
              + "'"
              + suggestion(key));
    }
    return found;
  }

  /** A misspelled key of a mapping that there is, or the end of any key. */
  private String suggestion(String key) {
    int dot = key.lastIndexOf('.');
    List<Option> siblings = dot < 0 ? List.of() : of(key.substring(0, dot));
    List<String> names =
        (siblings.isEmpty() ? options : siblings).stream().map(Option::name).distinct().toList();
    return Suggestion.closest(key.substring(dot + 1), names)
        .map(name -> siblings.isEmpty() ? name : key.substring(0, dot + 1) + name)
        .map(found -> "; did you mean '" + found + "'?")
        .orElse("");
  }

  /** The key that a value alone stands for, where a mapping can be at {@code key}. */
  Optional<String> mainKey(String key) {
    return options.stream()
        .filter(option -> option.key().equals(key))
        .flatMap(option -> option.kind().main().stream())
        .findFirst();
  }

  /** All words that a key can have as its value; empty if it can have others. */
  List<String> words(String key) {
    return options.stream()
        .filter(option -> option.key().replace("[]", "").equals(key))
        .flatMap(option -> option.kind().choices().stream())
        .distinct()
        .toList();
  }

  private List<Option> matching(Predicate<Option> wanted) {
    return options.stream().filter(wanted).collect(Collectors.toUnmodifiableList());
  }
}
