package dev.statecraft.studio.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The values of the keys of one mapping of a recipe, defaults filled in. Immutable. */
public final class Settings {
  private final Keys keys;
  private final Map<Key<?>, Object> values;

  /**
   * @param values for each key one of its type
   */
  Settings(Keys keys, Map<Key<?>, Object> values) {
    this.keys = keys;
    this.values = Map.copyOf(values);
  }

  /**
   * The value of a key.
   *
   * @throws IllegalArgumentException if recipes of this task do not have the key
   */
  public <T> T get(Key<T> key) {
    return find(key)
        .orElseThrow(() -> new IllegalArgumentException(key + ": not a key of this recipe"));
  }

  /** The value of a key, if recipes of this task have the key. */
  public <T> Optional<T> find(Key<T> key) {
    return Optional.ofNullable(valueOf(key, values));
  }

  /** The one place where a value is given its type back: it was put beside its key. */
  @SuppressWarnings("unchecked")
  static <T> T valueOf(Key<T> key, Map<Key<?>, Object> values) {
    return (T) values.get(key);
  }

  /**
   * The same with another value.
   *
   * @throws dev.statecraft.base.UsageException if the key cannot have it
   */
  <T> Settings with(Key<T> key, T value) {
    key.type().check(key.name(), value);
    Map<Key<?>, Object> changed = new LinkedHashMap<>(values);
    changed.put(key, value);
    Settings settings = new Settings(keys, changed);
    keys.check(settings);
    return settings;
  }

  /** As recipes write them. */
  Map<String, Object> write() {
    return keys.write(this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Settings settings && settings.values.equals(values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return write().toString();
  }
}
