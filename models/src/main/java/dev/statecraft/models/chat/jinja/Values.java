package dev.statecraft.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
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
  static Object of(Object value) {
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
      List<Object> copy = new ArrayList<>(list.size());
      list.forEach(item -> copy.add(of(item)));
      return copy;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(of(key), of(item)));
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
      run.charge(text.length());
      items = new ArrayList<>();
      text.codePoints().forEach(c -> items.add(PythonText.of(c)));
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

  static long length(Object value) {
    if (value instanceof String text) {
      return PythonText.length(text);
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
    if (value instanceof String
        || value instanceof Long
        || value instanceof Boolean
        || value instanceof Double
        || value instanceof None) {
      return value;
    }
    throw new Fault(
        "expected a text or a number as the key of a dict, found a '" + typeName(value) + "'");
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
      return Numbers.compare(a, b) == 0 && !Numbers.isNaN(a) && !Numbers.isNaN(b);
    } else if (a instanceof String x && b instanceof String y) {
      run.charge(Math.min(x.length(), y.length()) / 16);
      return x.equals(y);
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      return equalItems(run, x, y);
    } else if (a instanceof Tuple x && b instanceof Tuple y) {
      return equalItems(run, x.items(), y.items());
    } else if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(
                  entry ->
                      y.containsKey(entry.getKey())
                          && equal(run, entry.getValue(), y.get(entry.getKey())));
    }
    return a == b
        || (a instanceof Undefined && b instanceof Undefined)
        || (a instanceof BigInteger && a.equals(b));
  }

  private static boolean equalItems(Run run, List<?> x, List<?> y) {
    if (x.size() != y.size()) {
      return false;
    }
    for (int i = 0; i < x.size(); i++) {
      if (!equal(run, x.get(i), y.get(i))) {
        return false;
      }
    }
    return true;
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
      run.charge(Math.min(x.length(), y.length()) / 16);
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
      if (!equal(run, x.get(i), y.get(i))) {
        return compare(run, x.get(i), y.get(i), operator);
      }
    }
    return Integer.compare(x.size(), y.size());
  }

  private static int compareCodePoints(String x, String y) {
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
      run.charge(text.length() / 16);
      return text.contains(part);
    } else if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(value));
    } else if (isIterable(container)) {
      return items(run, container).stream().anyMatch(item -> equal(run, item, value));
    }
    throw new Fault("argument of type '" + typeName(container) + "' is not iterable");
  }
}
