package dev.statecraft.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The functions that a chat template may call. */
final class Globals {
  /** As in Jinja's sandbox. */
  private static final long LONGEST_RANGE = 100_000;

  private Globals() {}

  static Map<String, Object> all() {
    Map<String, Object> all = new HashMap<>();
    all.put("range", (Callable) Globals::range);
    all.put("namespace", (Callable) (run, given) -> new Namespace(names(members(run, given))));
    all.put("dict", (Callable) (run, given) -> members(run, given));
    all.put("raise_exception", (Callable) Globals::raise);
    all.put(
        "strftime_now",
        (Callable)
            (run, given) ->
                DateText.of(
                    run,
                    run.now(),
                    Values.text(Filters.first(given, "strftime_now", "format"), "strftime_now")));
    return all;
  }

  private static Object range(Run run, Arguments given) {
    Object[] bound = given.bind("range", "start", "stop", "step");
    if (bound[0] == null) {
      throw new Fault("range expected at least 1 argument, got 0");
    }
    long first = Values.integer(bound[0], "range");
    long start = bound[1] == null ? 0 : first;
    long stop = bound[1] == null ? first : Values.integer(bound[1], "range");
    long step = bound[2] == null ? 1 : Values.integer(bound[2], "range");
    if (step == 0) {
      throw new Fault("range() arg 3 must not be zero");
    }
    BigInteger span = BigInteger.valueOf(stop).subtract(BigInteger.valueOf(start));
    BigInteger by = BigInteger.valueOf(step);
    long count =
        span.signum() != by.signum()
            ? 0
            : span.abs()
                .subtract(BigInteger.ONE)
                .divide(by.abs())
                .add(BigInteger.ONE)
                .min(BigInteger.valueOf(LONGEST_RANGE + 1))
                .longValue();
    if (count > LONGEST_RANGE) {
      throw new Fault("a range has more than " + LONGEST_RANGE + " numbers");
    }
    run.charge(count);
    List<Object> range = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      range.add(start + i * step);
    }
    return range;
  }

  /** Pairs or a dict, and what is named. */
  private static Map<Object, Object> members(Run run, Arguments given) {
    Map<Object, Object> members = new LinkedHashMap<>();
    if (given.positional().size() > 1) {
      throw new Fault("expected at most one dict, found " + given.positional().size());
    }
    for (Object source : given.positional()) {
      if (source instanceof Map<?, ?> map) {
        map.forEach((key, value) -> Values.put(run, members, key, value));
      } else {
        for (Object pair : Values.items(run, source)) {
          List<Object> both = Values.items(run, pair);
          if (both.size() != 2) {
            throw new Fault("expected pairs of a name and a value");
          }
          Values.put(run, members, both.get(0), both.get(1));
        }
      }
    }
    given.named().forEach((name, value) -> Values.put(run, members, name, value));
    return members;
  }

  private static Map<String, Object> names(Map<Object, Object> members) {
    Map<String, Object> names = new LinkedHashMap<>();
    members.forEach((key, value) -> names.put(Values.text(key, "a name"), value));
    return names;
  }

  private static Object raise(Run run, Arguments given) {
    Object message = given.bind("raise_exception", "message")[0];
    throw new Fault(Texts.of(run, Objects.requireNonNullElse(message, "raise_exception")));
  }
}
