package dev.statecraft.jinja;

import java.util.List;

/** A loop's own variable, {@code loop}. */
final class Loop {
  private final List<Object> items;
  private final int depth;
  private final Callable again;
  private int index;
  private Object changed;

  /**
   * A loop before its first item.
   *
   * @param depth of recursive loops, from 0
   * @param again what {@code loop(...)} does
   */
  Loop(List<Object> items, int depth, Callable again) {
    this.items = items;
    this.depth = depth;
    this.again = again;
  }

  void at(int newIndex) {
    index = newIndex;
  }

  int depth() {
    return depth;
  }

  Object call(Run run, Arguments arguments) {
    return again.call(run, arguments);
  }

  Object get(String name) {
    return switch (name) {
      case "index" -> (long) index + 1;
      case "index0" -> (long) index;
      case "revindex" -> (long) items.size() - index;
      case "revindex0" -> (long) items.size() - index - 1;
      case "first" -> index == 0;
      case "last" -> index == items.size() - 1;
      case "length" -> (long) items.size();
      case "depth" -> (long) depth + 1;
      case "depth0" -> (long) depth;
      case "previtem" ->
          index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
      case "nextitem" ->
          index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
      case "cycle" -> (Callable) (run, arguments) -> cycle(arguments.positional());
      case "changed" -> (Callable) (run, arguments) -> changed(run, arguments.positional());
      default -> Undefined.attribute(this, name);
    };
  }

  private Object cycle(List<Object> values) {
    if (values.isEmpty()) {
      throw new Fault("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private Object changed(Run run, List<Object> values) {
    Tuple now = new Tuple(values);
    boolean differs = changed == null || !Values.equal(run, changed, now);
    changed = now;
    return differs;
  }
}
