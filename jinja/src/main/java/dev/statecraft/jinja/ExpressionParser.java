package dev.statecraft.jinja;

import dev.statecraft.jinja.Expression.Given;
import dev.statecraft.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads expressions, with Jinja's precedence. */
final class ExpressionParser {
  /** Far more than anybody writes, and far less than a thread's stack holds. */
  private static final int DEEPEST = 100;

  private static final int LONGEST_CHAIN = 500;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream tokens;
  private int depth;
  private int chain;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** An expression; one with commas is a tuple. */
  Expression tupleOrValue() {
    return tupleOrValue(true);
  }

  /** As {@link #tupleOrValue()}, but {@code if} is not part of it. */
  Expression tupleWithoutCondition() {
    return tupleOrValue(false);
  }

  private Expression tupleOrValue(boolean conditional) {
    Expression first = conditional ? value() : or();
    if (!tokens.current().isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (endsTuple()) {
        break;
      }
      items.add(conditional ? value() : or());
    }
    return new Expression.TupleOf(List.copyOf(items));
  }

  private boolean endsTuple() {
    Token token = tokens.current();
    return token.is(Kind.PRINT_END) || token.is(Kind.TAG_END) || token.isOperator(")");
  }

  /** One expression. */
  Expression value() {
    if (++depth > DEEPEST) {
      throw tokens.error("expressions are nested more than " + DEEPEST + " deep");
    }
    int outer = chain;
    chain = 0;
    Expression value = or();
    while (tokens.skipName("if")) {
      link();
      Expression condition = or();
      Optional<Expression> otherwise =
          tokens.skipName("else") ? Optional.of(value()) : Optional.empty();
      value = new Expression.Conditional(condition, value, otherwise);
    }
    depth--;
    chain = outer;
    return value;
  }

  /** Counts what makes an expression deeper without nesting. */
  private void link() {
    if (++chain > LONGEST_CHAIN) {
      throw tokens.error("an expression has more than " + LONGEST_CHAIN + " parts");
    }
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      link();
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      link();
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    if (tokens.skipName("not")) {
      link();
      return new Expression.Not(not());
    }
    return comparison();
  }

  private Expression comparison() {
    int line = tokens.line();
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
        operators.add(tokens.take().text());
      } else if (token.isName("in")) {
        operators.add(tokens.take().text());
      } else if (token.isName("not") && tokens.following().isName("in")) {
        tokens.take();
        tokens.take();
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return operators.isEmpty()
        ? first
        : new Expression.Comparison(line, first, List.copyOf(operators), List.copyOf(others));
  }

  private Expression sum() {
    Expression left = concatenation();
    while (tokens.current().isOperator("+") || tokens.current().isOperator("-")) {
      link();
      Token operator = tokens.take();
      left = new Expression.Binary(operator.line(), operator.text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    int line = tokens.line();
    List<Expression> operands = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      operands.add(product());
    }
    return operands.size() == 1
        ? operands.get(0)
        : new Expression.Concatenation(line, List.copyOf(operands));
  }

  private Expression product() {
    Expression left = power();
    while (Set.of("*", "/", "//", "%").contains(tokens.current().text())
        && tokens.current().is(Kind.OPERATOR)) {
      link();
      Token operator = tokens.take();
      left = new Expression.Binary(operator.line(), operator.text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = signed(true);
    while (tokens.current().isOperator("**")) {
      link();
      Token operator = tokens.take();
      left = new Expression.Binary(operator.line(), operator.text(), left, signed(true));
    }
    return left;
  }

  private Expression signed(boolean filters) {
    Token token = tokens.current();
    Expression operand;
    if (token.isOperator("-") || token.isOperator("+")) {
      link();
      tokens.take();
      operand = new Expression.Signed(token.line(), token.text().equals("-"), signed(false));
    } else {
      operand = primary();
    }
    operand = postfix(operand);
    return filters ? filtered(operand) : operand;
  }

  private Expression primary() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> name(tokens.take().text());
      case STRING -> strings();
      case INTEGER -> new Expression.Literal(integer(tokens.take().text()));
      case FLOAT ->
          new Expression.Literal(Double.parseDouble(tokens.take().text().replace("_", "")));
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parentheses();
            case "[" -> list();
            case "{" -> dict();
            default -> throw tokens.unexpected("a value");
          };
      default -> throw tokens.unexpected("a value");
    };
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> new Expression.Literal(true);
      case "false", "False" -> new Expression.Literal(false);
      case "none", "None" -> new Expression.Literal(None.NONE);
      default -> new Expression.Name(name);
    };
  }

  private Expression strings() {
    StringBuilder text = new StringBuilder();
    while (tokens.current().is(Kind.STRING)) {
      text.append(tokens.take().text());
    }
    return new Expression.Literal(text.toString());
  }

  private Object integer(String text) {
    String digits = text.replace("_", "");
    try {
      return digits.matches("0[xXoObB].*")
          ? Long.parseLong(
              digits.substring(2),
              switch (Character.toLowerCase(digits.charAt(1))) {
                case 'x' -> 16;
                case 'o' -> 8;
                default -> 2;
              })
          : Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw tokens.error("expected a whole number of 64 bits, found " + text);
    }
  }

  private Expression parentheses() {
    tokens.expectOperator("(");
    if (tokens.skipOperator(")")) {
      return new Expression.TupleOf(List.of());
    }
    Expression inner = tupleOrValue();
    tokens.expectOperator(")");
    return inner;
  }

  private Expression list() {
    tokens.expectOperator("[");
    List<Expression> items = new ArrayList<>();
    while (!tokens.current().isOperator("]")) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.current().isOperator("]")) {
          break;
        }
      }
      items.add(value());
    }
    tokens.expectOperator("]");
    return new Expression.ListOf(List.copyOf(items));
  }

  private Expression dict() {
    int line = tokens.line();
    tokens.expectOperator("{");
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.current().isOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.current().isOperator("}")) {
          break;
        }
      }
      keys.add(value());
      tokens.expectOperator(":");
      values.add(value());
    }
    tokens.expectOperator("}");
    return new Expression.DictOf(line, List.copyOf(keys), List.copyOf(values));
  }

  private Expression postfix(Expression operand) {
    Expression value = operand;
    while (true) {
      Token token = tokens.current();
      if (token.isOperator(".")) {
        value = attribute(value);
      } else if (token.isOperator("[")) {
        value = item(value);
      } else if (token.isOperator("(")) {
        value = new Expression.Call(token.line(), value, given());
      } else {
        return value;
      }
      link();
    }
  }

  private Expression attribute(Expression object) {
    int line = tokens.take().line();
    if (tokens.current().is(Kind.INTEGER)) {
      return new Expression.Item(
          line, object, new Expression.Literal(integer(tokens.take().text())));
    }
    String name = tokens.expect(Kind.NAME, "a name").text();
    return new Expression.Attribute(line, object, name);
  }

  private Expression item(Expression object) {
    int line = tokens.line();
    tokens.expectOperator("[");
    Optional<Expression> start =
        tokens.current().isOperator(":") ? Optional.empty() : Optional.of(tupleOrValue());
    if (!tokens.skipOperator(":")) {
      tokens.expectOperator("]");
      return new Expression.Item(line, object, start.orElseThrow());
    }
    Optional<Expression> stop = bound();
    Optional<Expression> step = tokens.skipOperator(":") ? bound() : Optional.empty();
    tokens.expectOperator("]");
    return new Expression.Slice(line, object, start, stop, step);
  }

  private Optional<Expression> bound() {
    return tokens.current().isOperator(":") || tokens.current().isOperator("]")
        ? Optional.empty()
        : Optional.of(value());
  }

  private Expression filtered(Expression operand) {
    Expression value = operand;
    while (true) {
      Token token = tokens.current();
      if (token.isOperator("|")) {
        tokens.take();
        String name = dotted("the name of a filter");
        Filters.Filter filter = filter(name);
        value = new Expression.Filtered(token.line(), value, name, filter, optionalGiven());
      } else if (token.isName("is")) {
        value = tested(value);
      } else if (token.isOperator("(")) {
        value = new Expression.Call(token.line(), value, given());
      } else {
        return value;
      }
      link();
    }
  }

  Filters.Filter filter(String name) {
    return Filters.named(name).orElseThrow(() -> tokens.error("there is no filter '" + name + "'"));
  }

  /** A name, of several parts perhaps. */
  String dotted(String described) {
    StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME, described).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Kind.NAME, described).text());
    }
    return name.toString();
  }

  Given optionalGiven() {
    return tokens.current().isOperator("(") ? given() : Given.NOTHING;
  }

  private Expression tested(Expression operand) {
    int line = tokens.take().line();
    boolean negated = tokens.skipName("not");
    String name = dotted("the name of a test");
    Tests.Test test =
        Tests.named(name).orElseThrow(() -> tokens.error("there is no test '" + name + "'"));
    Given given = Given.NOTHING;
    if (tokens.current().isOperator("(")) {
      given = given();
    } else if (beginsOperand()) {
      if (tokens.current().isName("is")) {
        throw tokens.error("you cannot chain multiple tests with 'is'");
      }
      given = Given.of(List.of(postfix(primary())));
    }
    Expression tested = new Expression.Tested(line, operand, test, given);
    return negated ? new Expression.Not(tested) : tested;
  }

  private boolean beginsOperand() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> !Set.of("else", "or", "and").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }

  /** Arguments in parentheses. */
  Given given() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Optional<Expression> lists = Optional.empty();
    Optional<Expression> dicts = Optional.empty();
    boolean first = true;
    while (!tokens.current().isOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.current().isOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.current().isOperator("*") && lists.isEmpty() && dicts.isEmpty()) {
        tokens.take();
        lists = Optional.of(value());
      } else if (tokens.current().isOperator("**") && dicts.isEmpty()) {
        tokens.take();
        dicts = Optional.of(value());
      } else if (dicts.isPresent()) {
        throw tokens.error("no argument may follow **");
      } else if (tokens.current().is(Kind.NAME) && tokens.following().isOperator("=")) {
        String name = tokens.take().text();
        tokens.take();
        if (named.put(name, value()) != null) {
          throw tokens.error("keyword argument repeated: " + name);
        }
      } else if (!named.isEmpty() || lists.isPresent()) {
        throw tokens.error("an argument without a name follows one with a name");
      } else {
        positional.add(value());
      }
    }
    tokens.expectOperator(")");
    return new Given(List.copyOf(positional), named, lists, dicts);
  }
}
