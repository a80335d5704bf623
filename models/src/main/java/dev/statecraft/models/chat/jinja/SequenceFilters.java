package dev.statecraft.models.chat.jinja;

import dev.statecraft.models.chat.jinja.Filters.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/** Jinja's filters of sequences. */
final class SequenceFilters {
  private SequenceFilters() {}

  static Map<String, Filter> all() {
    Map<String, Filter> filters = new HashMap<>();
    filters.put("length", (run, value, given) -> Values.length(value));
    filters.put("count", (run, value, given) -> Values.length(value));
    filters.put("list", (run, value, given) -> new ArrayList<>(Values.items(run, value)));
    filters.put("first", (run, value, given) -> first(run, value));
    filters.put("last", (run, value, given) -> last(run, value));
    filters.put("reverse", (run, value, given) -> reversed(run, value));
    filters.put("join", SequenceFilters::joined);
    filters.put("map", SequenceFilters::mapped);
    filters.put("select", (run, value, given) -> selected(run, value, given, true, false));
    filters.put("reject", (run, value, given) -> selected(run, value, given, false, false));
    filters.put("selectattr", (run, value, given) -> selected(run, value, given, true, true));
    filters.put("rejectattr", (run, value, given) -> selected(run, value, given, false, true));
    filters.put("sort", SequenceFilters::sorted);
    filters.put("unique", SequenceFilters::unique);
    filters.put("min", (run, value, given) -> extreme(run, value, given, -1));
    filters.put("max", (run, value, given) -> extreme(run, value, given, 1));
    filters.put("sum", SequenceFilters::sum);
    filters.put("groupby", SequenceFilters::grouped);
    filters.put("batch", SequenceFilters::batches);
    filters.put("items", SequenceFilters::items);
    filters.put("dictsort", SequenceFilters::sortedDict);
    return filters;
  }

  private static Object first(Run run, Object value) {
    if (value instanceof Lazy lazy) {
      return lazy.takeFirst();
    }
    List<Object> items = Values.items(run, value);
    return items.isEmpty() ? new Undefined("No first item, sequence was empty.") : items.get(0);
  }

  private static Object last(Run run, Object value) {
    if (value instanceof Lazy) {
      throw new Fault("'generator' object is not reversible");
    }
    List<Object> items = Values.items(run, value);
    return items.isEmpty()
        ? new Undefined("No last item, sequence was empty.")
        : items.get(items.size() - 1);
  }

  private static Object reversed(Run run, Object value) {
    if (value instanceof String text) {
      run.chargeText(text.length());
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> items = new ArrayList<>(Values.items(run, value));
    Collections.reverse(items);
    return new Lazy(items);
  }

  private static Object joined(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("join", "d", "attribute");
    List<Object> items = Values.items(run, value);
    if (bound[1] != null && bound[1] != None.NONE) {
      items = items.stream().map(attribute(bound[1], null)).toList();
    }
    String separator = bound[0] == null ? "" : Texts.of(run, bound[0]);
    return Texts.joined(run, separator, items, false);
  }

  /**
   * From an item to what a path such as {@code a.0.b} leads to.
   *
   * @param otherwise in place of what is not there; null for nothing
   */
  private static Function<Object, Object> attribute(Object path, Object otherwise) {
    List<Object> steps = new ArrayList<>();
    if (path instanceof String text) {
      for (String step : text.split("\\.", -1)) {
        steps.add(step.matches("\\d{1,9}") ? (Object) Long.parseLong(step) : step);
      }
    } else {
      steps.add(path);
    }
    return item -> {
      Object value = item;
      for (Object step : steps) {
        value = Members.item(value, step);
        if (value instanceof Undefined && otherwise != null) {
          value = otherwise;
        }
      }
      return value;
    };
  }

  /** The items of a value, none of one that is false: {@code none | map(...)} is empty. */
  private static List<Object> orNothing(Run run, Object value) {
    return Values.isTrue(value) ? Values.items(run, value) : List.of();
  }

  private static Object mapped(Run run, Object value, Arguments given) {
    Function<Object, Object> function;
    if (given.positional().isEmpty() && given.named().containsKey("attribute")) {
      Object[] bound = given.bind("map", "attribute", "default");
      function = attribute(bound[0], bound[1]);
    } else if (given.positional().isEmpty()) {
      throw new Fault("map requires a filter argument");
    } else {
      String name = Values.text(given.positional().get(0), "map");
      Filter filter =
          Filters.named(name).orElseThrow(() -> new Fault("there is no filter '" + name + "'"));
      Arguments rest = given.without(1);
      function = item -> filter.apply(run, item, rest);
    }
    return new Lazy(orNothing(run, value).stream().map(function).toList());
  }

  private static Object selected(
      Run run, Object value, Arguments given, boolean wanted, boolean byAttribute) {
    Function<Object, Object> looked = Function.identity();
    Arguments rest = given;
    if (byAttribute) {
      if (given.positional().isEmpty()) {
        throw new Fault("Missing parameter for attribute name");
      }
      looked = attribute(given.positional().get(0), null);
      rest = given.without(1);
    }
    Predicate<Object> test = Values::isTrue;
    if (!rest.positional().isEmpty()) {
      String name = Values.text(rest.positional().get(0), "the name of a test");
      Tests.Test named =
          Tests.named(name).orElseThrow(() -> new Fault("there is no test '" + name + "'"));
      Arguments others = rest.without(1);
      test = item -> named.holds(run, item, others);
    }
    List<Object> chosen = new ArrayList<>();
    for (Object item : orNothing(run, value)) {
      if (test.test(looked.apply(item)) == wanted) {
        chosen.add(item);
      }
    }
    return new Lazy(chosen);
  }

  /** What items are compared by. */
  private static Function<Object, Object> key(Object path, Object caseSensitive) {
    Function<Object, Object> looked =
        path == null || path == None.NONE ? Function.identity() : attribute(path, null);
    boolean exact = caseSensitive != null && Values.isTrue(caseSensitive);
    return exact
        ? looked
        : looked.andThen(key -> key instanceof String text ? text.toLowerCase(Locale.ROOT) : key);
  }

  private static Object sorted(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("sort", "reverse", "case_sensitive", "attribute");
    List<Object> items = new ArrayList<>(Values.items(run, value));
    Function<Object, Object> key =
        bound[2] instanceof String paths && paths.contains(",")
            ? keys(paths, bound[1])
            : key(bound[2], bound[1]);
    sort(run, items, key, bound[0] != null && Values.isTrue(bound[0]));
    return items;
  }

  private static Function<Object, Object> keys(String paths, Object caseSensitive) {
    List<Function<Object, Object>> each = new ArrayList<>();
    for (String path : paths.split(",", -1)) {
      each.add(key(path, caseSensitive));
    }
    return item -> new Tuple(each.stream().map(key -> key.apply(item)).toList());
  }

  /** Stable, also in reverse. */
  private static void sort(
      Run run, List<Object> items, Function<Object, Object> key, boolean reverse) {
    items.sort(
        (a, b) -> {
          int order = Values.compare(run, key.apply(a), key.apply(b), "<");
          return reverse ? -order : order;
        });
  }

  private static Object unique(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("unique", "case_sensitive", "attribute");
    Function<Object, Object> key = key(bound[1], bound[0]);
    Map<Object, Object> first = new java.util.LinkedHashMap<>();
    Values.items(run, value).forEach(item -> first.putIfAbsent(Values.key(key.apply(item)), item));
    return new Lazy(List.copyOf(first.values()));
  }

  private static Object extreme(Run run, Object value, Arguments given, int sign) {
    Object[] bound = given.bind(sign < 0 ? "min" : "max", "case_sensitive", "attribute");
    Function<Object, Object> key = key(bound[1], bound[0]);
    Object best = null;
    for (Object item : Values.items(run, value)) {
      if (best == null || sign * Values.compare(run, key.apply(item), key.apply(best), "<") > 0) {
        best = item;
      }
    }
    return Objects.requireNonNullElseGet(
        best, () -> new Undefined("No aggregated item, sequence was empty."));
  }

  private static Object sum(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("sum", "attribute", "start");
    Function<Object, Object> looked =
        bound[0] == null || bound[0] == None.NONE ? Function.identity() : attribute(bound[0], null);
    Object sum = Objects.requireNonNullElse(bound[1], 0L);
    for (Object item : Values.items(run, value)) {
      sum = Operators.binary(run, "+", sum, looked.apply(item));
    }
    return sum;
  }

  private static Object grouped(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("groupby", "attribute", "default", "case_sensitive");
    if (bound[0] == null) {
      throw new Fault("groupby: expected the name of an attribute");
    }
    Function<Object, Object> looked = attribute(bound[0], bound[1]);
    Function<Object, Object> key = looked.andThen(key(null, bound[2]));
    List<Object> items = new ArrayList<>(Values.items(run, value));
    sort(run, items, key, false);
    List<Object> groups = new ArrayList<>();
    List<Object> members = new ArrayList<>();
    for (Object item : items) {
      if (!members.isEmpty() && !Values.equal(run, key.apply(members.get(0)), key.apply(item))) {
        groups.add(Tuple.of(looked.apply(members.get(0)), members));
        members = new ArrayList<>();
      }
      members.add(item);
    }
    if (!members.isEmpty()) {
      groups.add(Tuple.of(looked.apply(members.get(0)), members));
    }
    return groups;
  }

  private static Object batches(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("batch", "linecount", "fill_with");
    int size = bound[0] == null ? 0 : Values.small(bound[0], "batch");
    if (size < 1) {
      throw new Fault("batch: expected a size of 1 or more, found " + size);
    }
    List<Object> items = Values.items(run, value);
    List<Object> batches = new ArrayList<>();
    for (int start = 0; start < items.size(); start += size) {
      List<Object> batch =
          new ArrayList<>(items.subList(start, (int) Math.min(items.size(), (long) start + size)));
      if (bound[1] != null && bound[1] != None.NONE) {
        run.charge(size);
        while (batch.size() < size) {
          batch.add(bound[1]);
        }
      }
      batches.add(batch);
    }
    return new Lazy(batches);
  }

  private static Object items(Run run, Object value, Arguments given) {
    if (value instanceof Undefined) {
      return new Lazy(List.of());
    } else if (value instanceof Map<?, ?> map) {
      return new Lazy(
          Values.items(run, Methods.ofDict(Values.cast(map), "items").call(run, given)));
    }
    throw new Fault("Can only get item pairs from a mapping.");
  }

  private static Object sortedDict(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("dictsort", "case_sensitive", "by", "reverse");
    if (!(value instanceof Map<?, ?> map)) {
      throw new Fault("dictsort: expected a dict, found a '" + Values.typeName(value) + "'");
    }
    String by = bound[1] == null ? "key" : Values.text(bound[1], "dictsort");
    List<Object> items =
        new ArrayList<>(
            Values.items(run, Methods.ofDict(Values.cast(map), "items").call(run, Arguments.NONE)));
    sort(
        run,
        items,
        key(by.equals("value") ? (Object) 1L : (Object) 0L, bound[0]),
        bound[2] != null && Values.isTrue(bound[2]));
    return items;
  }
}
