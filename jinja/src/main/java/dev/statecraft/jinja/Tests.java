package dev.statecraft.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Jinja's tests, as in {@code value is defined}. */
final class Tests {
  /** Whether something holds for a value. */
  @FunctionalInterface
  interface Test {
    boolean holds(Run run, Object value, Arguments arguments);
  }

  private static final Map<String, Test> ALL = all();

  private Tests() {}

  static Optional<Test> named(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  private static Map<String, Test> all() {
    Map<String, Test> tests = new HashMap<>();
    tests.put("defined", (run, value, given) -> !(value instanceof Undefined));
    tests.put("undefined", (run, value, given) -> value instanceof Undefined);
    tests.put("none", (run, value, given) -> value instanceof None);
    tests.put("boolean", (run, value, given) -> value instanceof Boolean);
    tests.put("true", (run, value, given) -> Boolean.TRUE.equals(value));
    tests.put("false", (run, value, given) -> Boolean.FALSE.equals(value));
    tests.put("string", (run, value, given) -> value instanceof String);
    tests.put("number", (run, value, given) -> value instanceof Number || value instanceof Boolean);
    tests.put(
        "integer", (run, value, given) -> value instanceof Number && !(value instanceof Double));
    tests.put("float", (run, value, given) -> value instanceof Double);
    tests.put("mapping", (run, value, given) -> value instanceof Map);
    tests.put("iterable", (run, value, given) -> Values.isIterable(value));
    tests.put(
        "sequence", (run, value, given) -> Values.isIterable(value) && !(value instanceof Lazy));
    tests.put("callable", (run, value, given) -> value instanceof Callable);
    tests.put("odd", (run, value, given) -> Math.floorMod(whole(value), 2L) == 1);
    tests.put("even", (run, value, given) -> Math.floorMod(whole(value), 2L) == 0);
    tests.put("divisibleby", Tests::isDivisible);
    tests.put("in", (run, value, given) -> Values.contains(run, other(given), value));
    tests.put("sameas", (run, value, given) -> isSame(run, value, other(given)));
    tests.put("upper", (run, value, given) -> isCase(run, value, true));
    tests.put("lower", (run, value, given) -> isCase(run, value, false));
    tests.put("filter", (run, value, given) -> Filters.named(Texts.of(run, value)).isPresent());
    tests.put("test", (run, value, given) -> Tests.named(Texts.of(run, value)).isPresent());
    compare(tests, "==", "eq", "equalto", "==");
    compare(tests, "!=", "ne", "!=");
    compare(tests, "<", "lt", "lessthan", "<");
    compare(tests, "<=", "le", "<=");
    compare(tests, ">", "gt", "greaterthan", ">");
    compare(tests, ">=", "ge", ">=");
    return Map.copyOf(tests);
  }

  private static void compare(Map<String, Test> tests, String operator, String... names) {
    for (String name : List.of(names)) {
      tests.put(name, (run, value, given) -> Operators.compare(run, operator, value, other(given)));
    }
  }

  private static Object other(Arguments given) {
    if (given.positional().size() != 1) {
      throw new Fault("a test expected one value, found " + given.positional().size());
    }
    return given.positional().get(0);
  }

  private static long whole(Object value) {
    return Values.integer(value, "a test of whole numbers");
  }

  private static boolean isDivisible(Run run, Object value, Arguments given) {
    long divisor = whole(other(given));
    if (divisor == 0) {
      throw new Fault("division by zero");
    }
    return whole(value) % divisor == 0;
  }

  private static boolean isSame(Run run, Object a, Object b) {
    boolean scalar = a instanceof Boolean || a instanceof Long || a instanceof String;
    return scalar ? a.getClass() == b.getClass() && Values.equal(run, a, b) : a == b;
  }

  private static boolean isCase(Run run, Object value, boolean upper) {
    return LetterCase.isAll(run, Texts.of(run, value), upper);
  }
}
