package dev.statecraft.jinja;

import dev.statecraft.jinja.Expression.Given;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is rendered. */
sealed interface Node {
  /** What comes after a node. */
  enum Flow {
    NEXT,
    /** The loop around it ends. */
    BREAK,
    /** The loop around it goes on with its next item. */
    CONTINUE
  }

  /** The line on which it begins. */
  int line();

  /** Writes what it stands for. */
  Flow render(Scope scope);

  /** Nodes one after another. */
  record Body(int line, List<Node> nodes) implements Node {
    @Override
    public Flow render(Scope scope) {
      for (Node node : nodes) {
        scope.run().at(node.line());
        scope.run().charge(1);
        Flow flow = node.render(scope);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    }

    String captured(Scope scope) {
      return scope.run().captured(() -> render(scope));
    }
  }

  /** Text as it is. */
  record Text(int line, String text) implements Node {
    @Override
    public Flow render(Scope scope) {
      scope.run().write(text);
      return Flow.NEXT;
    }
  }

  /** {@code {{ value }}}. */
  record Print(int line, Expression value) implements Node {
    @Override
    public Flow render(Scope scope) {
      scope.run().write(Texts.of(scope.run(), value.evaluate(scope)));
      return Flow.NEXT;
    }
  }

  /** {@code if}; an {@code elif} is another one inside of {@code otherwise}. */
  record If(int line, Expression condition, Body then, Optional<Node> otherwise) implements Node {
    @Override
    public Flow render(Scope scope) {
      if (Values.isTrue(condition.evaluate(scope))) {
        return then.render(scope);
      }
      return otherwise.isPresent() ? otherwise.get().render(scope) : Flow.NEXT;
    }
  }

  /** Where a value goes. */
  sealed interface Target {
    void set(Scope scope, Object value);
  }

  /** A variable. */
  record Variable(String name) implements Target {
    @Override
    public void set(Scope scope, Object value) {
      scope.set(name, value);
    }
  }

  /** An attribute of a namespace. */
  record NamespaceAttribute(int line, String name, String attribute) implements Target {
    @Override
    public void set(Scope scope, Object value) {
      if (!(Values.defined(scope.get(name)) instanceof Namespace namespace)) {
        throw new Fault("cannot assign attribute on non-namespace object");
      }
      namespace.set(attribute, value);
    }
  }

  /** Several targets, each for one item of the value. */
  record Several(List<Target> targets) implements Target {
    @Override
    public void set(Scope scope, Object value) {
      List<Object> items = Values.items(scope.run(), Values.defined(value));
      if (items.size() != targets.size()) {
        throw new Fault("expected " + targets.size() + " values, found " + items.size());
      }
      for (int i = 0; i < items.size(); i++) {
        targets.get(i).set(scope, items.get(i));
      }
    }
  }

  /** {@code for}. */
  record For(
      int line,
      Target target,
      Expression sequence,
      Optional<Expression> condition,
      boolean recursive,
      Body body,
      Optional<Body> otherwise)
      implements Node {
    @Override
    public Flow render(Scope scope) {
      loop(scope, sequence.evaluate(scope), 0);
      return Flow.NEXT;
    }

    private void loop(Scope scope, Object value, int depth) {
      Run run = scope.run();
      List<Object> items = chosen(scope, Values.items(run, value));
      if (items.isEmpty()) {
        otherwise.ifPresent(body -> body.render(scope.inner()));
        return;
      }
      run.charge(8);
      Loop loop = new Loop(items, depth, (again, arguments) -> again(scope, depth, arguments));
      for (int i = 0; i < items.size(); i++) {
        run.charge(1);
        loop.at(i);
        Scope inner = scope.inner();
        run.at(line);
        target.set(inner, items.get(i));
        inner.set("loop", loop);
        if (body.render(inner) == Flow.BREAK) {
          break;
        }
      }
    }

    private List<Object> chosen(Scope scope, List<Object> items) {
      if (condition.isEmpty()) {
        return items;
      }
      List<Object> chosen = new ArrayList<>();
      for (Object item : items) {
        Scope inner = scope.inner();
        target.set(inner, item);
        if (Values.isTrue(condition.get().evaluate(inner))) {
          chosen.add(item);
        }
      }
      return chosen;
    }

    private Object again(Scope scope, int depth, Arguments arguments) {
      if (!recursive) {
        throw new Fault("the loop must have the 'recursive' marker to be called");
      }
      Object[] bound = arguments.bind("loop", "items");
      Run run = scope.run();
      run.enter();
      String text =
          run.captured(() -> loop(scope, bound[0] == null ? None.NONE : bound[0], depth + 1));
      run.leave();
      return text;
    }
  }

  /** {@code set name = value}. */
  record Assignment(int line, Target target, Expression value) implements Node {
    @Override
    public Flow render(Scope scope) {
      Object assigned = value.evaluate(scope);
      scope.run().at(line);
      target.set(scope, assigned);
      return Flow.NEXT;
    }
  }

  /** {@code set name}, with filters or without, up to {@code endset}. */
  record Block(int line, Target target, FilterChain filters, Body body) implements Node {
    @Override
    public Flow render(Scope scope) {
      String text = body.captured(scope.inner());
      target.set(scope, filters.apply(scope, text));
      return Flow.NEXT;
    }
  }

  /** What is written up to {@code endfilter}, filtered. */
  record FilterBlock(int line, FilterChain filters, Body body) implements Node {
    @Override
    public Flow render(Scope scope) {
      Object value = filters.apply(scope, body.captured(scope.inner()));
      scope.run().write(Texts.of(scope.run(), value));
      return Flow.NEXT;
    }
  }

  /** Filters of a text that is not an expression. */
  record FilterChain(List<Filters.Filter> filters, List<Given> given) {
    Object apply(Scope scope, Object text) {
      Object value = text;
      for (int i = 0; i < filters.size(); i++) {
        value = filters.get(i).apply(scope.run(), value, given.get(i).evaluate(scope));
      }
      return value;
    }
  }

  /** {@code with}. */
  record With(int line, List<Target> targets, List<Expression> values, Body body) implements Node {
    @Override
    public Flow render(Scope scope) {
      Scope inner = scope.inner();
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).set(inner, values.get(i).evaluate(scope));
      }
      return body.render(inner);
    }
  }

  /** {@code generation}: what the model writes. */
  record Generation(int line, Body body) implements Node {
    @Override
    public Flow render(Scope scope) {
      scope.run().generate(() -> body.render(scope.inner()));
      return Flow.NEXT;
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(int line, Flow flow) implements Node {
    @Override
    public Flow render(Scope scope) {
      return flow;
    }
  }

  /** Parameters and body of something that can be called. */
  record Macro(int line, String name, List<String> parameters, List<Expression> defaults, Body body)
      implements Node {
    @Override
    public Flow render(Scope scope) {
      scope.run().charge(8);
      scope.set(name, in(scope));
      return Flow.NEXT;
    }

    Callable in(Scope definition) {
      return (run, arguments) -> {
        run.enter();
        run.charge(8L + parameters.size());
        Scope scope = definition.inner();
        bind(scope, arguments);
        String text = body.captured(scope);
        run.leave();
        return text;
      };
    }

    private void bind(Scope scope, Arguments arguments) {
      Map<String, Object> named = new LinkedHashMap<>(arguments.named());
      int firstDefault = parameters.size() - defaults.size();
      for (int i = 0; i < parameters.size(); i++) {
        String parameter = parameters.get(i);
        Object value = i < arguments.positional().size() ? arguments.positional().get(i) : null;
        Object byName = named.remove(parameter);
        if (value != null && byName != null) {
          throw new Fault("macro '" + name + "' is given twice the argument '" + parameter + "'");
        }
        value = value == null ? byName : value;
        if (value == null) {
          value =
              i >= firstDefault
                  ? defaults.get(i - firstDefault).evaluate(scope)
                  : new Undefined("parameter '" + parameter + "' was not provided");
        }
        scope.set(parameter, value);
      }
      Object caller = named.remove("caller");
      scope.set("caller", caller == null ? new Undefined("there is no caller") : caller);
      scope.set("varargs", new Tuple(arguments.without(parameters.size()).positional()));
      scope.set("kwargs", new LinkedHashMap<Object, Object>(named));
    }
  }

  /** {@code call}: a macro is called, and may itself call the body. */
  record CallBlock(int line, Macro caller, Expression.Call call) implements Node {
    @Override
    public Flow render(Scope scope) {
      Object function = call.function().evaluate(scope);
      Arguments arguments = call.given().evaluate(scope).with("caller", caller.in(scope));
      Object value = Expression.Call.call(scope.run(), function, arguments);
      scope.run().write(Texts.of(scope.run(), value));
      return Flow.NEXT;
    }
  }
}
