package dev.statecraft.jinja;

import java.util.List;

/**
 * Python's generator, such as {@code map} and {@code select} give: true even if it has no items,
 * without a length, and empty once it was gone through.
 */
final class Lazy {
  private List<Object> items;
  private int taken;

  Lazy(List<Object> items) {
    this.items = items;
  }

  /** The items, once. */
  List<Object> take() {
    List<Object> rest = items.subList(taken, items.size());
    items = List.of();
    taken = 0;
    return rest;
  }

  /** The first item alone, if there is one. */
  Object takeFirst() {
    if (taken == items.size()) {
      return new Undefined("No first item, sequence was empty.");
    }
    return items.get(taken++);
  }
}
