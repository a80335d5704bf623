package dev.statecraft.jinja;

import dev.statecraft.jinja.Token.Kind;
import java.util.List;

/** Tokens, taken one by one. */
final class TokenStream {
  private final String template;
  private final List<Token> tokens;
  private int next;

  /** The tokens of a template, the last of kind {@link Kind#END}. */
  TokenStream(String template, List<Token> tokens) {
    this.template = template;
    this.tokens = tokens;
  }

  /** The template's, for messages. */
  String name() {
    return template;
  }

  Token current() {
    return tokens.get(next);
  }

  /** The token after the current one. */
  Token following() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  Token take() {
    Token token = current();
    if (!token.is(Kind.END)) {
      next++;
    }
    return token;
  }

  boolean skipOperator(String operator) {
    boolean there = current().isOperator(operator);
    if (there) {
      take();
    }
    return there;
  }

  boolean skipName(String name) {
    boolean there = current().isName(name);
    if (there) {
      take();
    }
    return there;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  Token expect(Kind kind, String described) {
    if (!current().is(kind)) {
      throw unexpected(described);
    }
    return take();
  }

  TemplateException unexpected(String expected) {
    return error("expected " + expected + ", found " + current().described());
  }

  TemplateException error(String message) {
    return TemplateException.at(template, line(), message);
  }
}
