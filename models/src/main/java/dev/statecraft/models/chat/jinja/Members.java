package dev.statecraft.models.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Attributes, items and slices of values. */
final class Members {
  /** Methods by which a value would change, which Jinja's sandbox refuses. */
  private static final Set<String> CHANGING =
      Set.of(
          "append",
          "clear",
          "extend",
          "insert",
          "pop",
          "popitem",
          "remove",
          "reverse",
          "sort",
          "setdefault",
          "update");

  private Members() {}

  /** {@code object.name}: a method, or else an item. */
  static Object attribute(Object object, String name) {
    Values.defined(object);
    if (name.startsWith("__")) {
      return Undefined.unsafe(object, name);
    }
    Object member = member(object, name);
    if (member == null && object instanceof Map<?, ?> map) {
      member = map.get(name);
    }
    return member == null ? Undefined.attribute(object, name) : member;
  }

  /** {@code object[index]}: an item, or else a method. */
  static Object item(Object object, Object index) {
    Values.defined(object);
    if (object instanceof Map<?, ?> map) {
      Object value = map.get(index);
      if (value != null) {
        return value;
      }
    } else if (Numbers.isWhole(index)) {
      return at(object, Numbers.whole(index));
    }
    Object member = index instanceof String name ? member(object, name) : null;
    if (member != null) {
      return member;
    }
    return index instanceof String name
        ? Undefined.attribute(object, name)
        : Undefined.element(object, index instanceof Undefined ? "Undefined" : index);
  }

  /** What is not an item, or null. */
  private static Object member(Object object, String name) {
    if (object instanceof Namespace namespace) {
      return namespace.get(name);
    } else if (object instanceof Loop loop) {
      return loop.get(name);
    } else if ((object instanceof Map || object instanceof List) && CHANGING.contains(name)) {
      return Undefined.unsafe(object, name);
    } else if (object instanceof Map<?, ?> map) {
      return Methods.ofDict(Values.cast(map), name);
    } else if (object instanceof String text) {
      return TextMethods.of(text, name);
    } else if (object instanceof List<?> list) {
      return Methods.ofItems(list, name);
    } else if (object instanceof Tuple tuple) {
      return Methods.ofItems(tuple.items(), name);
    }
    return null;
  }

  private static Object at(Object object, long index) {
    long length =
        object instanceof String || object instanceof List || object instanceof Tuple
            ? Values.length(object)
            : 0;
    long place = index < 0 ? index + length : index;
    if (place < 0 || place >= length) {
      return Undefined.element(object, index);
    }
    if (object instanceof String text) {
      return PythonText.at(text, (int) place);
    }
    return object instanceof List<?> list
        ? list.get((int) place)
        : ((Tuple) object).items().get((int) place);
  }

  /** {@code object[start:stop:step]}. */
  static Object slice(Run run, Object object, Object start, Object stop, Object step) {
    Values.defined(object);
    long by = step == None.NONE ? 1 : Values.integer(step, "the step of a slice");
    if (by == 0) {
      throw new Fault("slice step cannot be zero");
    }
    if (!(object instanceof String || object instanceof List || object instanceof Tuple)) {
      throw new Fault("a '" + Values.typeName(object) + "' has no slices");
    }
    long length = Values.length(object);
    long from = bound(start, by > 0 ? 0 : length - 1, length, by);
    long to = bound(stop, by > 0 ? length : -1, length, by);
    run.charge(length);
    if (object instanceof String text) {
      int[] codePoints = text.codePoints().toArray();
      StringBuilder slice = new StringBuilder();
      for (long i = from; by > 0 ? i < to : i > to; i += by) {
        slice.appendCodePoint(codePoints[(int) i]);
      }
      return slice.toString();
    }
    List<?> items = object instanceof List<?> list ? list : ((Tuple) object).items();
    List<Object> slice = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      slice.add(items.get((int) i));
    }
    return object instanceof Tuple ? new Tuple(slice) : slice;
  }

  private static long bound(Object value, long otherwise, long length, long step) {
    if (value == None.NONE) {
      return otherwise;
    }
    long given = Values.integer(value, "the bound of a slice");
    long place = given < 0 ? given + length : given;
    long least = step > 0 ? 0 : -1;
    long most = step > 0 ? length : length - 1;
    return Math.max(least, Math.min(most, place));
  }
}
