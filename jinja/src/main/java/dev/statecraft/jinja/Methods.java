package dev.statecraft.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Methods of dicts, lists and tuples, as far as they change nothing. */
final class Methods {
  private Methods() {}

  /** A dict's method, or null. */
  static Callable ofDict(Map<Object, Object> dict, String name) {
    return switch (name) {
      case "items" ->
          (run, arguments) -> {
            run.charge(4L * dict.size());
            List<Object> items = new ArrayList<>();
            dict.forEach((key, value) -> items.add(Tuple.of(key, value)));
            return items;
          };
      case "keys" ->
          (run, arguments) -> {
            run.charge(dict.size());
            return new ArrayList<>(dict.keySet());
          };
      case "values" ->
          (run, arguments) -> {
            run.charge(dict.size());
            return new ArrayList<>(dict.values());
          };
      case "get" ->
          (run, arguments) -> {
            Object[] given = arguments.bind("get", "key", "default");
            if (given[0] == null) {
              throw new Fault("get expected at least 1 argument, got 0");
            }
            Object value =
                given[0] instanceof Undefined ? null : Values.get(run, dict, Values.key(given[0]));
            return value != null ? value : given[1] != null ? given[1] : None.NONE;
          };
      case "copy" ->
          (run, arguments) -> {
            run.charge(4L * dict.size());
            return new LinkedHashMap<>(dict);
          };
      default -> null;
    };
  }

  /** A list's or tuple's method, or null. */
  static Callable ofItems(List<?> items, String name) {
    return switch (name) {
      case "count" ->
          (run, arguments) -> {
            Object value = arguments.bind("count", "value")[0];
            return items.stream().filter(item -> Values.equal(run, item, value)).count();
          };
      case "index" ->
          (run, arguments) -> {
            Object value = arguments.bind("index", "value")[0];
            for (int i = 0; i < items.size(); i++) {
              if (Values.equal(run, items.get(i), value)) {
                return (long) i;
              }
            }
            throw new Fault("the value is not in the list");
          };
      case "copy" ->
          (run, arguments) -> {
            run.charge(items.size());
            return new ArrayList<Object>(items);
          };
      default -> null;
    };
  }
}
