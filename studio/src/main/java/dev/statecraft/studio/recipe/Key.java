package dev.statecraft.studio.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A key of a mapping in recipes: its name, what its value is, what holds without it, and one
 * sentence. Made by its {@link Keys}; code asks {@link Settings} for its value.
 *
 * @param <T> of the value in Java; an {@link Optional} where there may be none
 */
public final class Key<T> {
  private final String name;
  private final Type<T> type;
  private final Otherwise otherwise;
  private final Function<Reading, T> absent;
  private final String sentence;
  private final List<String> tasks;

  /**
   * @param absent gives the value where the recipe has none, or throws
   * @param tasks whose recipes have the key; empty for all
   */
  Key(
      String name,
      Type<T> type,
      Otherwise otherwise,
      Function<Reading, T> absent,
      String sentence,
      List<String> tasks) {
    this.name = name;
    this.type = type;
    this.otherwise = otherwise;
    this.absent = absent;
    this.sentence = sentence;
    this.tasks = List.copyOf(tasks);
  }

  /** Its name within its mapping. */
  public String name() {
    return name;
  }

  Type<T> type() {
    return type;
  }

  boolean isRequired() {
    return otherwise instanceof Otherwise.Required;
  }

  /** Whether only the recipes of some tasks have it. */
  boolean dependsOnTask() {
    return !tasks.isEmpty();
  }

  boolean isOf(String task) {
    return tasks.isEmpty() || tasks.contains(task);
  }

  T read(Reading reading) {
    if (!reading.section().has(name)) {
      return absent.apply(reading);
    }
    T value = type.read(reading, name);
    type.check(name, value);
    return value;
  }

  /** Puts the value under the key, if recipes write it. */
  void write(T value, Map<String, Object> mapping) {
    type.write(value).ifPresent(tree -> mapping.put(name, tree));
  }

  /**
   * Its own entry of the catalogue.
   *
   * @param prefix path of its mapping with a dot at its end, or empty
   */
  Option option(String prefix) {
    return new Option(prefix + name, type.kind(), otherwise, sentence, List.of(), tasks);
  }

  /** Two of one name may be keys of one mapping, for different tasks. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Key<?> key && key.name.equals(name) && key.tasks.equals(tasks);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
