package dev.statecraft.jinja;

import dev.statecraft.jinja.Node.Body;
import dev.statecraft.jinja.Node.Flow;
import dev.statecraft.jinja.Node.Target;
import dev.statecraft.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a template: text, printed values and statements. */
final class Parser {
  private static final int DEEPEST = 100;

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int depth;
  private int loops;

  private Parser(TokenStream tokens) {
    this.tokens = tokens;
    expressions = new ExpressionParser(tokens);
  }

  /**
   * Reads a source.
   *
   * @param template its name, for messages
   * @throws TemplateException if it is no template
   */
  static Body parse(String template, String source) {
    Parser parser = new Parser(new TokenStream(template, Lexer.tokens(template, source)));
    return parser.body(Set.of());
  }

  /** All up to a tag with one of some names, whose name is the current token then. */
  private Body body(Set<String> ends) {
    if (++depth > DEEPEST) {
      throw tokens.error("tags are nested more than " + DEEPEST + " deep");
    }
    int line = tokens.line();
    List<Node> nodes = new ArrayList<>();
    while (true) {
      Token token = tokens.take();
      switch (token.kind()) {
        case TEXT -> nodes.add(new Node.Text(token.line(), token.text()));
        case PRINT_BEGIN -> {
          nodes.add(new Node.Print(token.line(), expressions.tupleOrValue()));
          tokens.expect(Kind.PRINT_END, "'}}'");
        }
        case TAG_BEGIN -> {
          if (ends.contains(tokens.current().text())) {
            depth--;
            return new Body(line, List.copyOf(nodes));
          }
          nodes.add(statement());
        }
        default -> {
          if (!ends.isEmpty()) {
            throw TemplateException.at(
                tokens.name(), line, "a tag is never closed; expected one of " + sorted(ends));
          }
          depth--;
          return new Body(line, List.copyOf(nodes));
        }
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  /** All up to and including the tag with this name. */
  private Body bodyUntil(String end) {
    tagEnd();
    Body body = body(Set.of(end));
    tokens.take();
    tagEnd();
    return body;
  }

  private void tagEnd() {
    tokens.expect(Kind.TAG_END, "'%}'");
  }

  private Node statement() {
    int line = tokens.line();
    String tag = tokens.expect(Kind.NAME, "the name of a tag").text();
    return switch (tag) {
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "set" -> assignment(line);
      case "print" -> {
        Expression value = expressions.tupleOrValue();
        tagEnd();
        yield new Node.Print(line, value);
      }
      case "macro" -> macro(line);
      case "call" -> call(line);
      case "filter" -> filter(line);
      case "with" -> with(line);
      case "generation" -> new Node.Generation(line, outsideOfLoops("endgeneration"));
      case "break" -> jump(line, Flow.BREAK);
      case "continue" -> jump(line, Flow.CONTINUE);
      default ->
          throw TemplateException.at(
              tokens.name(),
              line,
              "the tag '"
                  + tag
                  + "' is not supported here; chat templates have if, for, set, macro, call,"
                  + " filter, with, raw, generation, break and continue");
    };
  }

  private Node conditional(int line) {
    Expression condition = expressions.tupleWithoutCondition();
    tagEnd();
    Body then = body(Set.of("elif", "else", "endif"));
    int next = tokens.line();
    String tag = tokens.take().text();
    Optional<Node> otherwise = Optional.empty();
    switch (tag) {
      case "elif" -> {
        if (++depth > DEEPEST) {
          throw tokens.error("an 'if' has more than " + DEEPEST + " branches");
        }
        otherwise = Optional.of(conditional(next));
        depth--;
      }
      case "else" -> otherwise = Optional.of(bodyUntil("endif"));
      default -> tagEnd();
    }
    return new Node.If(line, condition, then, otherwise);
  }

  private Node loop(int line) {
    Target target = target(false);
    tokens.expectName("in");
    Expression sequence = expressions.tupleWithoutCondition();
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(expressions.value()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    tagEnd();
    loops++;
    Body body = body(Set.of("else", "endfor"));
    loops--;
    Optional<Body> otherwise = Optional.empty();
    if (tokens.take().text().equals("else")) {
      otherwise = Optional.of(bodyUntil("endfor"));
    } else {
      tagEnd();
    }
    return new Node.For(line, target, sequence, condition, recursive, body, otherwise);
  }

  /**
   * What is assigned to.
   *
   * @param attributes whether it may be an attribute of a namespace
   */
  private Target target(boolean attributes) {
    boolean parentheses = tokens.skipOperator("(");
    List<Target> targets = new ArrayList<>();
    boolean tuple = parentheses;
    do {
      if (!tokens.current().is(Kind.NAME) || tokens.current().isName("in")) {
        break;
      }
      targets.add(name(attributes));
      tuple |= tokens.current().isOperator(",");
    } while (tokens.skipOperator(","));
    if (parentheses) {
      tokens.expectOperator(")");
    }
    if (targets.isEmpty()) {
      throw tokens.unexpected("a name to assign to");
    }
    return tuple ? new Node.Several(List.copyOf(targets)) : targets.get(0);
  }

  private Target name(boolean attributes) {
    Token token = tokens.take();
    if (Set.of("true", "false", "none", "True", "False", "None").contains(token.text())) {
      throw tokens.error("cannot assign to '" + token.text() + "'");
    }
    if (attributes && tokens.skipOperator(".")) {
      String attribute = tokens.expect(Kind.NAME, "a name").text();
      return new Node.NamespaceAttribute(token.line(), token.text(), attribute);
    }
    return new Node.Variable(token.text());
  }

  private Node assignment(int line) {
    Target target = target(true);
    if (tokens.skipOperator("=")) {
      Expression value = expressions.tupleOrValue();
      tagEnd();
      return new Node.Assignment(line, target, value);
    }
    Node.FilterChain filters = filters(tokens.skipOperator("|"));
    return new Node.Block(line, target, filters, outsideOfLoops("endset"));
  }

  private Node.FilterChain filters(boolean any) {
    List<Filters.Filter> filters = new ArrayList<>();
    List<Expression.Given> given = new ArrayList<>();
    boolean more = any;
    while (more) {
      filters.add(expressions.filter(expressions.dotted("the name of a filter")));
      given.add(expressions.optionalGiven());
      more = tokens.skipOperator("|");
    }
    return new Node.FilterChain(List.copyOf(filters), List.copyOf(given));
  }

  /** A body that is captured, so that no loop around it can be left from inside. */
  private Body outsideOfLoops(String end) {
    int outer = loops;
    loops = 0;
    Body body = bodyUntil(end);
    loops = outer;
    return body;
  }

  private Node filter(int line) {
    Node.FilterChain filters = filters(true);
    return new Node.FilterBlock(line, filters, outsideOfLoops("endfilter"));
  }

  private Node with(int line) {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.current().is(Kind.TAG_END)) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(new Node.Variable(tokens.expect(Kind.NAME, "a name").text()));
      tokens.expectOperator("=");
      values.add(expressions.value());
    }
    return new Node.With(line, List.copyOf(targets), List.copyOf(values), bodyUntil("endwith"));
  }

  private Node jump(int line, Flow flow) {
    if (loops == 0) {
      throw tokens.error("'break' and 'continue' belong into a loop");
    }
    tagEnd();
    return new Node.Jump(line, flow);
  }

  private Node macro(int line) {
    String name = tokens.expect(Kind.NAME, "the name of a macro").text();
    return signature(line, name, "endmacro");
  }

  private Node.Macro signature(int line, String name, String end) {
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    if (tokens.skipOperator("(")) {
      while (!tokens.current().isOperator(")")) {
        if (!parameters.isEmpty()) {
          tokens.expectOperator(",");
        }
        parameters.add(tokens.expect(Kind.NAME, "the name of a parameter").text());
        if (tokens.skipOperator("=")) {
          defaults.add(expressions.value());
        } else if (!defaults.isEmpty()) {
          throw tokens.error("a parameter without a default follows one with a default");
        }
      }
      tokens.take();
    }
    if (end.isEmpty()) {
      return new Node.Macro(
          line, name, List.copyOf(parameters), List.copyOf(defaults), new Body(line, List.of()));
    }
    return new Node.Macro(
        line, name, List.copyOf(parameters), List.copyOf(defaults), outsideOfLoops(end));
  }

  private Node call(int line) {
    Node.Macro signature = signature(line, "caller", "");
    if (!(expressions.value() instanceof Expression.Call call)) {
      throw tokens.error("'call' expected a call of a macro");
    }
    Body body = outsideOfLoops("endcall");
    Node.Macro caller =
        new Node.Macro(line, "caller", signature.parameters(), signature.defaults(), body);
    return new Node.CallBlock(line, caller, call);
  }
}
