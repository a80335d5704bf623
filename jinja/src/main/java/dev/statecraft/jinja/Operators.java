package dev.statecraft.jinja;

import java.util.ArrayList;
import java.util.List;

/** Operators between values. */
final class Operators {
  private Operators() {}

  static Object signed(boolean negative, Object value) {
    if (!Values.isNumber(Values.defined(value))) {
      throw new Fault("bad operand type for unary -: '" + Values.typeName(value) + "'");
    }
    return negative ? Numbers.negate(value) : Numbers.add(value, 0L);
  }

  static Object binary(Run run, String operator, Object a, Object b) {
    run.charge(1);
    if (operator.equals("%") && a instanceof String format) {
      return PercentFormat.of(run, format, b);
    }
    Values.defined(a);
    Values.defined(b);
    try {
      if (Values.isNumber(a) && Values.isNumber(b)) {
        return arithmetic(operator, a, b);
      } else if (operator.equals("+")) {
        return joined(run, a, b);
      } else if (operator.equals("*") && Numbers.isWhole(b)) {
        return repeated(run, a, Numbers.whole(b));
      } else if (operator.equals("*") && Numbers.isWhole(a)) {
        return repeated(run, b, Numbers.whole(a));
      }
    } catch (ArithmeticException e) {
      throw new Fault("'" + operator + "': the result is no whole number of 64 bits");
    }
    throw unsupported(operator, a, b);
  }

  private static Object arithmetic(String operator, Object a, Object b) {
    return switch (operator) {
      case "+" -> Numbers.add(a, b);
      case "-" -> Numbers.subtract(a, b);
      case "*" -> Numbers.multiply(a, b);
      case "/" -> Numbers.divide(a, b);
      case "//" -> Numbers.floorDivide(a, b);
      case "%" -> Numbers.modulo(a, b);
      case "**" -> Numbers.power(a, b);
      default -> throw new AssertionError(operator);
    };
  }

  private static Fault unsupported(String operator, Object a, Object b) {
    if (operator.equals("+") && a instanceof String) {
      return new Fault("can only concatenate str (not \"" + Values.typeName(b) + "\") to str");
    }
    return new Fault(
        "unsupported operand types for "
            + operator
            + ": '"
            + Values.typeName(a)
            + "' and '"
            + Values.typeName(b)
            + "'");
  }

  private static Object joined(Run run, Object a, Object b) {
    if (a instanceof String x && b instanceof String y) {
      run.chargeText((long) x.length() + y.length());
      return x + y;
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      return joinedItems(run, x, y);
    } else if (a instanceof Tuple x && b instanceof Tuple y) {
      return new Tuple(joinedItems(run, x.items(), y.items()));
    }
    throw unsupported("+", a, b);
  }

  private static List<Object> joinedItems(Run run, List<?> x, List<?> y) {
    run.charge(2 + (long) x.size() + y.size());
    List<Object> all = new ArrayList<>(x);
    all.addAll(y);
    return all;
  }

  private static Object repeated(Run run, Object value, long times) {
    long count = Math.max(0, times);
    if (value instanceof String text) {
      run.chargeText(Math.multiplyExact(text.length(), count));
      return text.repeat(Math.toIntExact(text.isEmpty() ? 0 : count));
    } else if (value instanceof List<?> list) {
      return repeatedItems(run, list, count);
    } else if (value instanceof Tuple tuple) {
      return new Tuple(repeatedItems(run, tuple.items(), count));
    }
    throw unsupported("*", value, times);
  }

  private static List<Object> repeatedItems(Run run, List<?> list, long count) {
    run.charge(2 + Math.multiplyExact(list.size(), count));
    List<Object> all = new ArrayList<>();
    for (long i = 0; i < count && !list.isEmpty(); i++) {
      all.addAll(list);
    }
    return all;
  }

  static boolean compare(Run run, String operator, Object a, Object b) {
    return switch (operator) {
      case "==" -> Values.equal(run, a, b);
      case "!=" -> !Values.equal(run, a, b);
      case "in" -> Values.contains(run, b, a);
      case "not in" -> !Values.contains(run, b, a);
      case "<" -> ordered(a, b) && Values.compare(run, a, b, operator) < 0;
      case "<=" -> ordered(a, b) && Values.compare(run, a, b, operator) <= 0;
      case ">" -> ordered(a, b) && Values.compare(run, a, b, operator) > 0;
      case ">=" -> ordered(a, b) && Values.compare(run, a, b, operator) >= 0;
      default -> throw new AssertionError(operator);
    };
  }

  private static boolean ordered(Object a, Object b) {
    return !Numbers.isNaN(a) && !Numbers.isNaN(b);
  }
}
