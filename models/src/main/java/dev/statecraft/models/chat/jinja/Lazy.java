package dev.statecraft.models.chat.jinja;

import java.util.List;

/**
 * Python's generator, such as {@code map} and {@code select} give: true even if it has no items,
 * without a length, and empty once it was gone through.
 */
final class Lazy {
  private List<Object> items;

  Lazy(List<Object> items) {
    this.items = items;
  }

  /** The items, once. */
  List<Object> take() {
    List<Object> taken = items;
    items = List.of();
    return taken;
  }

  /** The first item alone, if there is one. */
  Object takeFirst() {
    if (items.isEmpty()) {
      return new Undefined("No first item, sequence was empty.");
    }
    Object first = items.get(0);
    items = items.subList(1, items.size());
    return first;
  }
}
