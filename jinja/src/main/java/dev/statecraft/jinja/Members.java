package dev.statecraft.jinja;

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
  static Object attribute(Run run, Object object, String name) {
    run.charge(1);
    Values.defined(object);
    if (name.startsWith("__")) {
      return Undefined.unsafe(object, name);
    }
    Object member = member(object, name);
    if (member == null && object instanceof Map<?, ?> map) {
      member = Values.get(run, map, name);
    }
    return member == null ? Undefined.attribute(object, name) : member;
  }

  /** {@code object[index]}: an item, or else a method. */
  static Object item(Run run, Object object, Object index) {
    run.charge(1);
    Values.defined(object);
    if (object instanceof Map<?, ?> map) {
      Object value = Values.get(run, map, index);
      if (value != null) {
        return value;
      }
    } else if (Numbers.isWhole(index)) {
      return at(run, object, Numbers.whole(index));
    }
    Object member = index instanceof String name ? member(object, name) : null;
    if (member != null) {
      return member;
    }
    return index instanceof String name
        ? Undefined.attribute(object, name)
        : Undefined.element(object, index);
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
      Object named = tuple.named(name);
      return named == null ? Methods.ofItems(tuple.items(), name) : named;
    }
    return null;
  }

  private static Object at(Run run, Object object, long index) {
    long length =
        object instanceof String || object instanceof List || object instanceof Tuple
            ? Values.length(run, object)
            : 0;
    long place = index < 0 ? index + length : index;
    if (place < 0 || place >= length) {
      return Undefined.element(object, index);
    }
    if (object instanceof String text) {
      return textAt(run, text, (int) place);
    }
    return object instanceof List<?> list
        ? list.get((int) place)
        : ((Tuple) object).items().get((int) place);
  }

  /** {@code object[start:stop:step]}. */
  static Object slice(Run run, Object object, Object start, Object stop, Object step) {
    Values.defined(object);
    if (!(object instanceof String || object instanceof List || object instanceof Tuple)) {
      throw new Fault("'" + Values.typeName(object) + "' object is not subscriptable");
    }
    long by = step == None.NONE ? 1 : Values.integer(step, "the step of a slice");
    if (by == 0) {
      throw new Fault("slice step cannot be zero");
    }
    long length = Values.length(run, object);
    long from = bound(start, by > 0 ? 0 : length - 1, length, by);
    long to = bound(stop, by > 0 ? length : -1, length, by);
    int count = count(from, to, by);
    if (object instanceof String text) {
      return textSlice(run, text, (int) from, by, count);
    }
    run.charge(2 + count);
    List<?> items = object instanceof List<?> list ? list : ((Tuple) object).items();
    List<Object> slice = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      slice.add(items.get((int) (from + i * by)));
    }
    return object instanceof Tuple ? new Tuple(slice) : slice;
  }

  /** How many places there are, at most as many as the object has. */
  private static int count(long from, long to, long by) {
    boolean none = by > 0 ? from >= to : from <= to;
    // A step beyond every text and list is as good as one, whose size has no overflow.
    long step = Math.min(Math.abs(Math.max(by, -Long.MAX_VALUE)), Integer.MAX_VALUE);
    return none ? 0 : (int) ((Math.abs(to - from) - 1) / step + 1);
  }

  private static String textAt(Run run, String text, int place) {
    int start = run.offset(text, place);
    run.charge(2);
    return text.substring(start, text.offsetByCodePoints(start, 1));
  }

  private static String textSlice(Run run, String text, int from, long by, int count) {
    run.chargePiece(count);
    if (count == 0) {
      return "";
    }
    if (by == 1) {
      int start = run.offset(text, from);
      return text.substring(start, text.offsetByCodePoints(start, count));
    }
    StringBuilder slice = new StringBuilder(count);
    if (run.isPlain(text)) {
      for (int i = 0; i < count; i++) {
        slice.append(text.charAt((int) (from + i * by)));
      }
      return slice.toString();
    }
    run.charge(text.length());
    int[] codePoints = text.codePoints().toArray();
    for (int i = 0; i < count; i++) {
      slice.appendCodePoint(codePoints[(int) (from + i * by)]);
    }
    return slice.toString();
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
