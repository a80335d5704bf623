package dev.statecraft.jinja;

import dev.statecraft.jinja.Filters.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/** Jinja's filters of sequences. */
final class SequenceFilters {
  /** What the items of a group are called. */
  private static final List<String> GROUP = List.of("grouper", "list");

  private SequenceFilters() {}

  static Map<String, Filter> all() {
    Map<String, Filter> filters = new HashMap<>();
    filters.put("length", (run, value, given) -> Values.length(run, value));
    filters.put("count", (run, value, given) -> Values.length(run, value));
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
    filters.put("slice", SequenceFilters::slices);
    filters.put("items", SequenceFilters::items);
    filters.put("dictsort", SequenceFilters::sortedDict);
    return filters;
  }

  private static Object first(Run run, Object value) {
    if (value instanceof Lazy lazy) {
      return lazy.takeFirst();
    }
    List<?> items = ends(run, value);
    return items.isEmpty() ? new Undefined("No first item, sequence was empty.") : items.get(0);
  }

  private static Object last(Run run, Object value) {
    if (value instanceof Lazy) {
      throw new Fault("'generator' object is not reversible");
    }
    List<?> items = ends(run, value);
    return items.isEmpty()
        ? new Undefined("No last item, sequence was empty.")
        : items.get(items.size() - 1);
  }

  /** The items of which only the first or last are wanted: of a text these alone. */
  private static List<?> ends(Run run, Object value) {
    if (value instanceof List<?> list) {
      return list;
    } else if (value instanceof Tuple tuple) {
      return tuple.items();
    } else if (value instanceof String text && !text.isEmpty()) {
      return List.of(Members.item(run, text, 0L), Members.item(run, text, -1L));
    }
    return Values.items(run, value);
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
      items = items.stream().map(attribute(run, bound[1], null)).toList();
    }
    String separator = bound[0] == null ? "" : Texts.of(run, bound[0]);
    return Texts.joined(run, separator, items, false);
  }

  /**
   * From an item to what a path such as {@code a.0.b} leads to.
   *
   * @param otherwise in place of what is not there; null for nothing
   */
  private static Function<Object, Object> attribute(Run run, Object path, Object otherwise) {
    List<Object> steps = new ArrayList<>();
    if (path instanceof String text) {
      for (Object step : TextPieces.split(run, text, ".", Long.MAX_VALUE)) {
        String name = (String) step;
        boolean index = !name.isEmpty() && name.length() < 10 && isDigits(name);
        steps.add(index ? (Object) Long.parseLong(name) : name);
      }
    } else {
      steps.add(path);
    }
    return item -> {
      Object value = item;
      for (Object step : steps) {
        value = Members.item(run, value, step);
        if (value instanceof Undefined && otherwise != null) {
          value = otherwise;
        }
      }
      return value;
    };
  }

  private static boolean isDigits(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** The items of a value, none of one that is false: {@code none | map(...)} is empty. */
  private static List<Object> orNothing(Run run, Object value) {
    return Values.isTrue(value) ? Values.items(run, value) : List.of();
  }

  private static Object mapped(Run run, Object value, Arguments given) {
    Function<Object, Object> function;
    if (given.positional().isEmpty() && given.named().containsKey("attribute")) {
      Object[] bound = given.bind("map", "attribute", "default");
      function = attribute(run, bound[0], bound[1]);
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
      looked = attribute(run, given.positional().get(0), null);
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
  private static Function<Object, Object> key(Run run, Object path, Object caseSensitive) {
    Function<Object, Object> looked =
        path == null || path == None.NONE ? Function.identity() : attribute(run, path, null);
    boolean exact = caseSensitive != null && Values.isTrue(caseSensitive);
    return exact
        ? looked
        : looked.andThen(key -> key instanceof String text ? LetterCase.lower(run, text) : key);
  }

  private static Object sorted(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("sort", "reverse", "case_sensitive", "attribute");
    Function<Object, Object> key =
        bound[2] instanceof String paths && paths.contains(",")
            ? keys(run, paths, bound[1])
            : key(run, bound[2], bound[1]);
    return Keyed.items(
        sort(run, keyed(run, value, key), bound[0] != null && Values.isTrue(bound[0])));
  }

  private static Function<Object, Object> keys(Run run, String paths, Object caseSensitive) {
    List<Function<Object, Object>> each = new ArrayList<>();
    for (Object path : TextPieces.split(run, paths, ",", Long.MAX_VALUE)) {
      each.add(key(run, path, caseSensitive));
    }
    return item -> new Tuple(each.stream().map(key -> key.apply(item)).toList());
  }

  /** An item with what it is compared by, which is looked for once. */
  private record Keyed(Object item, Object key) {
    static List<Object> items(List<Keyed> keyed) {
      List<Object> items = new ArrayList<>(keyed.size());
      keyed.forEach(each -> items.add(each.item()));
      return items;
    }
  }

  private static List<Keyed> keyed(Run run, Object value, Function<Object, Object> key) {
    List<Keyed> keyed = new ArrayList<>();
    for (Object item : Values.items(run, value)) {
      run.charge(2);
      keyed.add(new Keyed(item, key.apply(item)));
    }
    return keyed;
  }

  /** Stable, also in reverse. */
  private static List<Keyed> sort(Run run, List<Keyed> keyed, boolean reverse) {
    try {
      keyed.sort(
          (a, b) -> {
            int order = Values.compare(run, a.key(), b.key(), "<");
            return reverse ? -order : order;
          });
    } catch (IllegalArgumentException e) {
      throw new Fault("sort: the values have no order");
    }
    return keyed;
  }

  private static Object unique(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("unique", "case_sensitive", "attribute");
    Map<Object, Object> seen = new HashMap<>();
    List<Object> items = new ArrayList<>();
    for (Keyed each : keyed(run, value, key(run, bound[1], bound[0]))) {
      if (Values.keyIn(run, seen, Values.key(each.key())) == null) {
        Values.put(run, seen, each.key(), None.NONE);
        items.add(each.item());
      }
    }
    return new Lazy(items);
  }

  private static Object extreme(Run run, Object value, Arguments given, int sign) {
    Object[] bound = given.bind(sign < 0 ? "min" : "max", "case_sensitive", "attribute");
    Keyed best = null;
    for (Keyed each : keyed(run, value, key(run, bound[1], bound[0]))) {
      if (best == null || sign * Values.compare(run, each.key(), best.key(), "<") > 0) {
        best = each;
      }
    }
    return best == null ? new Undefined("No aggregated item, sequence was empty.") : best.item();
  }

  private static Object sum(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("sum", "attribute", "start");
    Function<Object, Object> looked =
        bound[0] == null || bound[0] == None.NONE
            ? Function.identity()
            : attribute(run, bound[0], null);
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
    Function<Object, Object> looked = attribute(run, bound[0], bound[1]);
    List<Keyed> sorted =
        sort(run, keyed(run, value, looked.andThen(key(run, null, bound[2]))), false);
    List<Object> groups = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= sorted.size(); i++) {
      if (i == sorted.size() || !Values.equal(run, sorted.get(start).key(), sorted.get(i).key())) {
        run.charge(6);
        Object grouper = looked.apply(sorted.get(start).item());
        groups.add(new Tuple(List.of(grouper, Keyed.items(sorted.subList(start, i))), GROUP));
        start = i;
      }
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
    for (long start = 0; start < items.size(); start += size) {
      run.charge(3);
      List<Object> batch =
          new ArrayList<>(items.subList((int) start, (int) Math.min(items.size(), start + size)));
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

  private static Object slices(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("slice", "slices", "fill_with");
    long count = Values.integer(bound[0] == null ? None.NONE : bound[0], "slice");
    if (count == 0) {
      throw new Fault("integer division or modulo by zero");
    }
    List<Object> items = Values.items(run, value);
    run.charge(count < 0 ? 1 : Math.min(count, Integer.MAX_VALUE) * 4);
    List<Object> slices = new ArrayList<>();
    int start = 0;
    for (long i = 0; i < count; i++) {
      int end = start + (int) (items.size() / count + (i < items.size() % count ? 1 : 0));
      List<Object> slice = new ArrayList<>(items.subList(start, end));
      if (bound[1] != null && bound[1] != None.NONE && i >= items.size() % count) {
        slice.add(bound[1]);
      }
      slices.add(slice);
      start = end;
    }
    return new Lazy(slices);
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
    Object items = Methods.ofDict(Values.cast(map), "items").call(run, Arguments.NONE);
    Object place = by.equals("value") ? 1L : 0L;
    return Keyed.items(
        sort(
            run,
            keyed(run, items, key(run, place, bound[0])),
            bound[2] != null && Values.isTrue(bound[2])));
  }
}
