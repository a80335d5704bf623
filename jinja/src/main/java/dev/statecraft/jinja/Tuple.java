package dev.statecraft.jinja;

import java.util.List;

/**
 * Python's tuple.
 *
 * @param names of its items, if they have some, as those of {@code groupby} do
 */
record Tuple(List<Object> items, List<String> names) {
  Tuple {
    items = List.copyOf(items);
  }

  Tuple(List<Object> items) {
    this(items, List.of());
  }

  static Tuple of(Object... items) {
    return new Tuple(List.of(items));
  }

  /** The item with a name, or null. */
  Object named(String name) {
    int index = names.indexOf(name);
    return index < 0 ? null : items.get(index);
  }
}
