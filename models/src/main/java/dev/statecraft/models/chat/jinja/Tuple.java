package dev.statecraft.models.chat.jinja;

import java.util.List;

/** Python's tuple. */
record Tuple(List<Object> items) {
  Tuple {
    items = List.copyOf(items);
  }

  static Tuple of(Object... items) {
    return new Tuple(List.of(items));
  }
}
