package dev.statecraft.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a function is called with.
 *
 * @param positional values without names
 * @param named values with names
 */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /**
   * The values of parameters, in their order; null where none is given.
   *
   * @param function what is called, for messages
   */
  Object[] bind(String function, String... parameters) {
    if (positional.size() > parameters.length) {
      throw new Fault(
          function
              + ": expected at most "
              + parameters.length
              + " arguments, found "
              + positional.size());
    }
    Object[] bound = Arrays.copyOf(positional.toArray(), parameters.length);
    named.forEach(
        (name, value) -> {
          int index = Arrays.asList(parameters).indexOf(name);
          if (index < 0 || bound[index] != null) {
            throw new Fault(
                function
                    + (index < 0 ? " has no argument '" : " is given twice the argument '")
                    + name
                    + "'");
          }
          bound[index] = value;
        });
    return bound;
  }

  /** The arguments after the first ones. */
  Arguments without(int first) {
    return new Arguments(
        positional.subList(Math.min(first, positional.size()), positional.size()), named);
  }

  /** The same with another one by name. */
  Arguments with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(named);
    more.put(name, value);
    return new Arguments(new ArrayList<>(positional), more);
  }
}
