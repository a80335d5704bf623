package dev.statecraft.models.chat.jinja;

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
    all.put("namespace", (Callable) (run, given) -> new Namespace(members(run, given)));
    all.put(
        "dict", (Callable) (run, given) -> new LinkedHashMap<Object, Object>(members(run, given)));
    all.put("raise_exception", (Callable) Globals::raise);
    all.put(
        "strftime_now",
        (Callable)
            (run, given) ->
                DateText.of(
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
    List<Object> range = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i = Math.addExact(i, step)) {
      if (range.size() == LONGEST_RANGE) {
        throw new Fault("a range has more than " + LONGEST_RANGE + " numbers");
      }
      range.add(i);
    }
    run.charge(range.size());
    return range;
  }

  /** Pairs or a dict, and what is named. */
  private static Map<String, Object> members(Run run, Arguments given) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (given.positional().size() > 1) {
      throw new Fault("expected at most one dict, found " + given.positional().size());
    }
    for (Object source : given.positional()) {
      if (source instanceof Map<?, ?> map) {
        map.forEach((key, value) -> members.put(Values.text(key, "a name"), value));
      } else {
        for (Object pair : Values.items(run, source)) {
          List<Object> both = Values.items(run, pair);
          if (both.size() != 2) {
            throw new Fault("expected pairs of a name and a value");
          }
          members.put(Values.text(both.get(0), "a name"), both.get(1));
        }
      }
    }
    members.putAll(given.named());
    return members;
  }

  private static Object raise(Run run, Arguments given) {
    Object message = given.bind("raise_exception", "message")[0];
    throw new Fault(Texts.of(run, Objects.requireNonNullElse(message, "raise_exception")));
  }
}
