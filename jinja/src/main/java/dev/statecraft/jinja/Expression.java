package dev.statecraft.jinja;

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
      scope.run().charge(1);
      return value;
    }
  }

  /** A variable. */
  record Name(String name) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return scope.get(name);
    }
  }

  /** {@code [a, b]}. */
  record ListOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      List<Object> list = new ArrayList<>(items.size());
      items.forEach(item -> list.add(item.evaluate(scope)));
      scope.run().charge(3L + list.size());
      return list;
    }
  }

  /** {@code a, b}. */
  record TupleOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.run().charge(3L + items.size());
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
        Values.put(scope.run(), dict, key, value);
      }
      scope.run().charge(6);
      return dict;
    }
  }

  /** {@code not a}. */
  record Not(Expression operand) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.run().charge(1);
      return !Values.isTrue(operand.evaluate(scope));
    }
  }

  /** {@code a and b}: the first if it is false, else the second. */
  record And(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.run().charge(1);
      Object value = left.evaluate(scope);
      return Values.isTrue(value) ? right.evaluate(scope) : value;
    }
  }

  /** {@code a or b}: the first if it is true, else the second. */
  record Or(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.run().charge(1);
      Object value = left.evaluate(scope);
      return Values.isTrue(value) ? value : right.evaluate(scope);
    }
  }

  /** {@code a if b else c}; undefined where there is no {@code else}. */
  record Conditional(Expression condition, Expression then, Optional<Expression> otherwise)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.run().charge(1);
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
        scope.run().chargePiece(part.length());
        text.append(part);
      }
      scope.run().charge(text.length() / 8);
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
        scope.run().charge(1);
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
      return Members.attribute(scope.run(), owner, name);
    }
  }

  /** {@code a[index]}. */
  record Item(int line, Expression object, Expression index) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object owner = object.evaluate(scope);
      Object at = index.evaluate(scope);
      scope.run().at(line);
      return Members.item(scope.run(), owner, at);
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

  /**
   * What is passed to a function, a filter or a test.
   *
   * @param lists after the values without names, {@code *args}
   * @param dicts after those with names, {@code **kwargs}
   */
  record Given(
      List<Expression> positional,
      Map<String, Expression> named,
      Optional<Expression> lists,
      Optional<Expression> dicts) {
    static final Given NOTHING = of(List.of());

    static Given of(List<Expression> positional) {
      return new Given(positional, Map.of(), Optional.empty(), Optional.empty());
    }

    Arguments evaluate(Scope scope) {
      List<Object> values = new ArrayList<>(positional.size());
      positional.forEach(argument -> values.add(argument.evaluate(scope)));
      lists.ifPresent(list -> values.addAll(Values.items(scope.run(), list.evaluate(scope))));
      Map<String, Object> byName = new LinkedHashMap<>();
      named.forEach((name, argument) -> byName.put(name, argument.evaluate(scope)));
      dicts.ifPresent(dict -> addAll(byName, dict.evaluate(scope)));
      scope.run().charge(3L + values.size() + 3L * byName.size());
      return new Arguments(values, byName);
    }

    private static void addAll(Map<String, Object> byName, Object dict) {
      if (!(Values.defined(dict) instanceof Map<?, ?> map)) {
        throw new Fault("argument after ** must be a mapping, not " + Values.typeName(dict));
      }
      map.forEach(
          (key, value) -> {
            if (byName.put(Values.text(key, "a name"), value) != null) {
              throw new Fault("got multiple values for keyword argument '" + key + "'");
            }
          });
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
