package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A mapping while it is read. A value is read when it is first asked for, so what one key leaves
 * open can depend on any other.
 */
final class Reading {
  private final Section section;
  private final Keys keys;
  private final Optional<Reading> outer;
  private final Map<Key<?>, Object> values = new LinkedHashMap<>();

  /**
   * @param outer of the mapping around it
   */
  Reading(Section section, Keys keys, Optional<Reading> outer) {
    this.section = section;
    this.keys = keys;
    this.outer = outer;
  }

  Section section() {
    return section;
  }

  /** The reading of the whole recipe. */
  Reading recipe() {
    return outer.map(Reading::recipe).orElse(this);
  }

  /** The value of a key of this mapping. */
  <T> T get(Key<T> key) {
    if (!values.containsKey(key)) {
      values.put(key, key.read(this));
    }
    return Settings.valueOf(key, values);
  }

  /**
   * All values.
   *
   * @throws UsageException if they do not go together
   */
  Settings settings() {
    for (Key<?> key : keys.all()) {
      if (!key.dependsOnTask() || key.isOf(keys.task(this))) {
        get(key);
      }
    }
    Settings settings = new Settings(keys, values);
    keys.check(settings);
    return settings;
  }
}
