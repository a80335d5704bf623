package dev.statecraft.models.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has a value. */
sealed interface Expression {

  /** The value where it is seen from. */
  Object evaluate(Scope scope);

  /** A value that the template spells out. */
  record Literal(Object value) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return value;
    }
  }

  /** A variable. */
  record Name(String name) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.run().charge(1);
      return scope.get(name);
    }
  }

  /** {@code [a, b]}. */
  record ListOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      List<Object> list = new ArrayList<>(items.size());
      items.forEach(item -> list.add(item.evaluate(scope)));
      scope.run().charge(list.size());
      return list;
    }
  }

  /** {@code a, b}. */
  record TupleOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.run().charge(items.size());
      return new Tuple(items.stream().map(item -> item.evaluate(scope)).toList());
    }
  }

  /** {@code {a: b}}. */
  record DictOf(int line, List<Expression> keys, List<Expression> values) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Map<Object, Object> dict = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        Object key = keys.get(i).evaluate(scope);
        Object value = values.get(i).evaluate(scope);
        scope.run().at(line);
        dict.put(Values.key(key), value);
      }
      scope.run().charge(keys.size());
      return dict;
    }
  }

  /** {@code not a}. */
  record Not(Expression operand) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return !Values.isTrue(operand.evaluate(scope));
    }
  }

  /** {@code a and b}: the first if it is false, else the second. */
  record And(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = left.evaluate(scope);
      return Values.isTrue(value) ? right.evaluate(scope) : value;
    }
  }

  /** {@code a or b}: the first if it is true, else the second. */
  record Or(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = left.evaluate(scope);
      return Values.isTrue(value) ? value : right.evaluate(scope);
    }
  }

  /** {@code a if b else c}; undefined where there is no {@code else}. */
  record Conditional(Expression condition, Expression then, Optional<Expression> otherwise)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      if (Values.isTrue(condition.evaluate(scope))) {
        return then.evaluate(scope);
      }
      return otherwise
          .map(expression -> expression.evaluate(scope))
          .orElseGet(
              () ->
                  new Undefined(
                      "the inline if-expression evaluated to false and no else section was"
                          + " defined."));
    }
  }

  /** {@code -a} or {@code +a}. */
  record Signed(int line, boolean negative, Expression operand) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = operand.evaluate(scope);
      scope.run().at(line);
      return Operators.signed(negative, value);
    }
  }

  /** Two operands of an arithmetic operator. */
  record Binary(int line, String operator, Expression left, Expression right)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object a = left.evaluate(scope);
      Object b = right.evaluate(scope);
      scope.run().at(line);
      return Operators.binary(scope.run(), operator, a, b);
    }
  }

  /** {@code a ~ b}: the texts of all values, joined. */
  record Concatenation(int line, List<Expression> operands) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      StringBuilder text = new StringBuilder();
      for (Expression operand : operands) {
        String part = Texts.of(scope.run(), operand.evaluate(scope));
        scope.run().at(line);
        scope.run().check((long) text.length() + part.length());
        scope.run().chargeText(part.length());
        text.append(part);
      }
      return text.toString();
    }
  }

  /** {@code a < b <= c}, also {@code in} and {@code not in}. */
  record Comparison(int line, Expression first, List<String> operators, List<Expression> others)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object left = first.evaluate(scope);
      for (int i = 0; i < operators.size(); i++) {
        Object right = others.get(i).evaluate(scope);
        scope.run().at(line);
        if (!Operators.compare(scope.run(), operators.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    }
  }

  /** {@code a.name}. */
  record Attribute(int line, Expression object, String name) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object owner = object.evaluate(scope);
      scope.run().at(line);
      scope.run().charge(1);
      return Members.attribute(owner, name);
    }
  }

  /** {@code a[index]}. */
  record Item(int line, Expression object, Expression index) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object owner = object.evaluate(scope);
      Object at = index.evaluate(scope);
      scope.run().at(line);
      scope.run().charge(1);
      return Members.item(owner, at);
    }
  }

  /** {@code a[start:stop:step]}. */
  record Slice(
      int line,
      Expression object,
      Optional<Expression> start,
      Optional<Expression> stop,
      Optional<Expression> step)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object owner = object.evaluate(scope);
      Object from = valueOf(start, scope);
      Object to = valueOf(stop, scope);
      Object by = valueOf(step, scope);
      scope.run().at(line);
      return Members.slice(scope.run(), owner, from, to, by);
    }

    private static Object valueOf(Optional<Expression> bound, Scope scope) {
      return bound.map(expression -> expression.evaluate(scope)).orElse(None.NONE);
    }
  }

  /** What is passed to a function, a filter or a test. */
  record Given(List<Expression> positional, Map<String, Expression> named) {
    static final Given NOTHING = new Given(List.of(), Map.of());

    Arguments evaluate(Scope scope) {
      List<Object> values = new ArrayList<>(positional.size());
      positional.forEach(argument -> values.add(argument.evaluate(scope)));
      Map<String, Object> byName = new LinkedHashMap<>();
      named.forEach((name, argument) -> byName.put(name, argument.evaluate(scope)));
      scope.run().charge(1L + values.size());
      return new Arguments(values, byName);
    }
  }

  /** {@code f(a, b=c)}. */
  record Call(int line, Expression function, Given given) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object called = function.evaluate(scope);
      Arguments arguments = given.evaluate(scope);
      scope.run().at(line);
      return call(scope.run(), called, arguments);
    }

    static Object call(Run run, Object called, Arguments arguments) {
      if (called instanceof Loop loop) {
        return loop.call(run, arguments);
      }
      if (Values.defined(called) instanceof Callable callable) {
        return callable.call(run, arguments);
      }
      throw new Fault("'" + Values.typeName(called) + "' object is not callable");
    }
  }

  /** {@code a | filter(b)}. */
  record Filtered(int line, Expression operand, String name, Filters.Filter filter, Given given)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = operand.evaluate(scope);
      Arguments arguments = given.evaluate(scope);
      scope.run().at(line);
      return filter.apply(scope.run(), value, arguments);
    }
  }

  /** {@code a is test(b)}. */
  record Tested(int line, Expression operand, Tests.Test test, Given given) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = operand.evaluate(scope);
      Arguments arguments = given.evaluate(scope);
      scope.run().at(line);
      return test.holds(scope.run(), value, arguments);
    }
  }
}
