package dev.statecraft.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Python's view of values. They are Java's {@link String}, {@link Boolean}, {@link Long}, {@link
 * BigInteger} (to be written only), {@link Double}, {@link List} and {@link Map}, and {@link None},
 * {@link Undefined}, {@link Tuple}, {@link Lazy}, {@link Namespace}, {@link Loop} and {@link
 * Callable}.
 */
final class Values {
  private Values() {}

  /** A variable from outside as a template's value, copied. */
  static Object of(Run run, Object value) {
    if (value == null) {
      return None.NONE;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float number) {
      return number.doubleValue();
    }
    if (value instanceof BigInteger number) {
      return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }
    if (value instanceof List<?> list) {
      run.enterValue();
      List<Object> copy = new ArrayList<>(list.size());
      list.forEach(item -> copy.add(of(run, item)));
      run.leaveValue();
      return copy;
    }
    if (value instanceof Map<?, ?> map) {
      run.enterValue();
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(of(run, key), of(run, item)));
      run.leaveValue();
      return copy;
    }
    if (value instanceof String
        || value instanceof Boolean
        || value instanceof Long
        || value instanceof Double
        || value instanceof None) {
      return value;
    }
    throw new IllegalArgumentException("no value of a template: " + value.getClass());
  }

  static String typeName(Object value) {
    if (value instanceof String) {
      return "str";
    } else if (value instanceof Boolean) {
      return "bool";
    } else if (value instanceof Long || value instanceof BigInteger) {
      return "int";
    } else if (value instanceof Double) {
      return "float";
    } else if (value instanceof List) {
      return "list";
    } else if (value instanceof Map) {
      return "dict";
    } else if (value instanceof None) {
      return "NoneType";
    } else if (value instanceof Tuple) {
      return "tuple";
    } else if (value instanceof Lazy) {
      return "generator";
    } else if (value instanceof Callable) {
      return "function";
    }
    return value.getClass().getSimpleName();
  }

  /** The value, unless it is undefined, which is then an error. */
  static Object defined(Object value) {
    if (value instanceof Undefined undefined) {
      throw new Fault(undefined.message());
    }
    return value;
  }

  static boolean isTrue(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    } else if (value instanceof String text) {
      return !text.isEmpty();
    } else if (value instanceof Long number) {
      return number != 0;
    } else if (value instanceof Double number) {
      return number != 0;
    } else if (value instanceof List<?> list) {
      return !list.isEmpty();
    } else if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    } else if (value instanceof Tuple tuple) {
      return !tuple.items().isEmpty();
    }
    return !(value instanceof None || value instanceof Undefined);
  }

  static boolean isIterable(Object value) {
    return value instanceof List
        || value instanceof Map
        || value instanceof Tuple
        || value instanceof String
        || value instanceof Lazy
        || value instanceof Undefined;
  }

  /** What a loop over a value goes through; not to be changed. */
  static List<Object> items(Run run, Object value) {
    List<Object> items;
    if (value instanceof List<?> list) {
      items = cast(list);
    } else if (value instanceof Tuple tuple) {
      items = tuple.items();
    } else if (value instanceof Lazy lazy) {
      items = lazy.take();
    } else if (value instanceof Map<?, ?> map) {
      items = new ArrayList<>(map.keySet());
    } else if (value instanceof String text) {
      items = TextPieces.codePoints(run, text);
    } else if (value instanceof Undefined) {
      items = List.of();
    } else {
      throw new Fault("'" + typeName(value) + "' object is not iterable");
    }
    run.charge(items.size());
    return items;
  }

  @SuppressWarnings("unchecked") // every list of a rendering is one of objects
  private static List<Object> cast(List<?> list) {
    return (List<Object>) list;
  }

  @SuppressWarnings("unchecked") // every map of a rendering is one of objects
  static Map<Object, Object> cast(Map<?, ?> map) {
    return (Map<Object, Object>) map;
  }

  static long length(Run run, Object value) {
    if (value instanceof String text) {
      return run.length(text);
    } else if (value instanceof List<?> list) {
      return list.size();
    } else if (value instanceof Map<?, ?> map) {
      return map.size();
    } else if (value instanceof Tuple tuple) {
      return tuple.items().size();
    } else if (value instanceof Undefined) {
      return 0;
    }
    throw new Fault("object of type '" + typeName(value) + "' has no len()");
  }

  /** A key of a dict; of Python's many, those that templates use. */
  static Object key(Object value) {
    if (isKey(value)) {
      return value;
    }
    throw new Fault(
        "expected a text or a number as the key of a dict, found a '" + typeName(value) + "'");
  }

  static boolean isKey(Object value) {
    return value instanceof String || isNumber(value) || value instanceof None;
  }

  /**
   * The key of a dict that is equal to a value, or null: 1, 1.0 and true are one key.
   *
   * @throws Fault never; what cannot be a key is none
   */
  static Object keyIn(Run run, Map<?, ?> map, Object value) {
    if (value instanceof String text) {
      run.charge(text.length() / 8);
    }
    if (!isKey(value)) {
      return null;
    } else if (map.containsKey(value)) {
      return value;
    } else if (isNumber(value)) {
      double real = Numbers.real(value);
      for (Object same : Arrays.asList((long) real, real, real == 1)) {
        if (Numbers.compare(same, value) == 0 && map.containsKey(same)) {
          return same;
        }
      }
    }
    return null;
  }

  /** A dict's value, or null. */
  static Object get(Run run, Map<?, ?> map, Object key) {
    Object known = keyIn(run, map, key);
    return known == null ? null : map.get(known);
  }

  /** Puts a value under a key, or in place of that under an equal one. */
  static void put(Run run, Map<Object, Object> map, Object key, Object value) {
    run.charge(3);
    Object known = keyIn(run, map, key(key));
    map.put(known == null ? key : known, value);
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  /** A whole number. */
  static long integer(Object value, String what) {
    if (value instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    if (defined(value) instanceof Long number) {
      return number;
    }
    throw new Fault(what + ": expected a whole number, found a '" + typeName(value) + "'");
  }

  /** A whole number that Java's own functions can take. */
  static int small(Object value, String what) {
    long number = integer(value, what);
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
  }

  /** A text. */
  static String text(Object value, String what) {
    if (defined(value) instanceof String text) {
      return text;
    }
    throw new Fault(what + ": expected a text, found a '" + typeName(value) + "'");
  }

  static boolean equal(Run run, Object a, Object b) {
    run.charge(1);
    if (isNumber(a) && isNumber(b)) {
      return !Numbers.isNaN(a) && !Numbers.isNaN(b) && Numbers.compare(a, b) == 0;
    } else if (a instanceof String x && b instanceof String y) {
      if (x.length() != y.length()) {
        return false;
      }
      run.charge(x.length() / 8);
      return x.equals(y);
    } else if (a == b) {
      return true;
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      return equalItems(run, x, y);
    } else if (a instanceof Tuple x && b instanceof Tuple y) {
      return equalItems(run, x.items(), y.items());
    } else if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return equalEntries(run, x, y);
    }
    return (a instanceof Undefined && b instanceof Undefined)
        || (a instanceof BigInteger && a.equals(b));
  }

  private static boolean equalEntries(Run run, Map<?, ?> x, Map<?, ?> y) {
    if (x.size() != y.size()) {
      return false;
    }
    run.enterValue();
    boolean equal =
        x.entrySet().stream()
            .allMatch(
                entry -> {
                  Object other = get(run, y, entry.getKey());
                  return other != null && same(run, entry.getValue(), other);
                });
    run.leaveValue();
    return equal;
  }

  private static boolean equalItems(Run run, List<?> x, List<?> y) {
    if (x.size() != y.size()) {
      return false;
    }
    run.enterValue();
    boolean equal = true;
    for (int i = 0; i < x.size() && equal; i++) {
      equal = same(run, x.get(i), y.get(i));
    }
    run.leaveValue();
    return equal;
  }

  /** Inside of containers one object is equal to itself, whatever it is. */
  private static boolean same(Run run, Object a, Object b) {
    run.charge(1);
    return a == b || equal(run, a, b);
  }

  /**
   * Order of two values.
   *
   * @param operator for messages
   */
  static int compare(Run run, Object a, Object b, String operator) {
    run.charge(1);
    if (isNumber(a) && isNumber(b)) {
      return Numbers.compare(a, b);
    } else if (a instanceof String x && b instanceof String y) {
      run.charge(Math.min(x.length(), y.length()) / 8);
      return compareCodePoints(x, y);
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      return compareItems(run, cast(x), cast(y), operator);
    } else if (a instanceof Tuple x && b instanceof Tuple y) {
      return compareItems(run, x.items(), y.items(), operator);
    }
    defined(a);
    defined(b);
    throw new Fault(
        "'"
            + operator
            + "' not supported between instances of '"
            + typeName(a)
            + "' and '"
            + typeName(b)
            + "'");
  }

  private static int compareItems(Run run, List<Object> x, List<Object> y, String operator) {
    for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
      if (!same(run, x.get(i), y.get(i))) {
        run.enterValue();
        int order = compare(run, x.get(i), y.get(i), operator);
        run.leaveValue();
        return order;
      }
    }
    return Integer.compare(x.size(), y.size());
  }

  static int compareCodePoints(String x, String y) {
    int i = 0;
    while (i < x.length() && i < y.length()) {
      int a = x.codePointAt(i);
      int b = y.codePointAt(i);
      if (a != b) {
        return Integer.compare(a, b);
      }
      i += Character.charCount(a);
    }
    return Integer.compare(x.length(), y.length());
  }

  /** Whether a container holds a value. */
  static boolean contains(Run run, Object container, Object value) {
    if (container instanceof String text) {
      if (!(value instanceof String part)) {
        throw new Fault(
            "'in <string>' requires string as left operand, not " + typeName(defined(value)));
      }
      return TextSearch.first(run, text, part) >= 0;
    } else if (container instanceof Map<?, ?> map) {
      return !(value instanceof Undefined) && keyIn(run, map, key(value)) != null;
    } else if (isIterable(container)) {
      return items(run, container).stream().anyMatch(item -> same(run, item, value));
    }
    throw new Fault("argument of type '" + typeName(container) + "' is not iterable");
  }
}
