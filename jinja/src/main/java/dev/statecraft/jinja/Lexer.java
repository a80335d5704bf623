package dev.statecraft.jinja;

import dev.statecraft.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template's source into tokens, as Jinja does with {@code trim_blocks} and {@code
 * lstrip_blocks}: a tag takes the line break after it and, if nothing else is before it on its
 * line, the space before it; a minus takes all white space, a plus leaves it.
 */
final class Lexer {
  private static final Pattern RAW_BEGIN =
      Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%}", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern RAW_END =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%}", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern NAME =
      Pattern.compile("[\\p{IsAlphabetic}_][\\p{IsAlphabetic}\\p{IsDigit}_]*");
  private static final Pattern FLOAT =
      Pattern.compile("(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?\\d+|\\.(?:\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile("0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\\d(?:_?\\d)*");
  private static final List<String> LONG_OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");
  private static final String SHORT_OPERATORS = "+-/*%~[](){}><=.:|,;";

  private final String template;
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  private int counted;

  /** Whether what comes next begins a line. */
  private boolean lineStarting = true;

  private Lexer(String template, String source) {
    this.template = template;
    this.source = source;
  }

  /** The tokens of a source, the last of kind {@link Kind#END}. */
  static List<Token> tokens(String template, String source) {
    String normalized = source.replace("\r\n", "\n").replace('\r', '\n');
    if (normalized.endsWith("\n")) {
      normalized = normalized.substring(0, normalized.length() - 1);
    }
    Lexer lexer = new Lexer(template, normalized);
    lexer.run();
    return List.copyOf(lexer.tokens);
  }

  private void run() {
    while (position < source.length()) {
      int begin = nextTag();
      if (begin < 0) {
        text(source.substring(position));
        position = source.length();
        break;
      }
      char kind = source.charAt(begin + 1);
      String text = source.substring(position, begin);
      text(beforeTag(text, sign(begin + 2), kind == '{'));
      position = begin;
      lineStarting = false;
      switch (kind) {
        case '#' -> comment();
        case '{' -> {
          skipBegin(Kind.PRINT_BEGIN);
          inside(Kind.PRINT_END, "}}");
        }
        default -> {
          Matcher raw = RAW_BEGIN.matcher(source).region(begin, source.length());
          if (raw.lookingAt()) {
            raw(raw);
          } else {
            skipBegin(Kind.TAG_BEGIN);
            inside(Kind.TAG_END, "%}");
          }
        }
      }
    }
    add(Kind.END, "");
  }

  private int nextTag() {
    for (int i = position; (i = source.indexOf('{', i)) >= 0 && i + 1 < source.length(); i++) {
      if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private char sign(int at) {
    char c = at < source.length() ? source.charAt(at) : ' ';
    return c == '-' || c == '+' ? c : ' ';
  }

  private String beforeTag(String text, char sign, boolean print) {
    if (sign == '-') {
      return PythonText.rstrip(text);
    }
    int start = text.lastIndexOf('\n') + 1;
    boolean alone = start > 0 || lineStarting;
    return sign != '+' && !print && alone && PythonText.isSpace(text.substring(start))
        ? text.substring(0, start)
        : text;
  }

  private void text(String text) {
    if (!text.isEmpty()) {
      add(Kind.TEXT, text);
    }
  }

  private void skipBegin(Kind kind) {
    add(kind, "");
    position += sign(position + 2) == ' ' ? 2 : 3;
  }

  private void comment() {
    int body = position + 2;
    int end = source.indexOf("#}", body);
    if (end < 0) {
      throw error("a comment that begins with '{#' has no end '#}'");
    }
    char sign = end > body ? sign(end - 1) : ' ';
    position = end + 2;
    afterTag(sign);
  }

  private void raw(Matcher begin) {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(begin.end())) {
      throw error("'raw' has no 'endraw'");
    }
    int start = begin.end();
    if (!begin.group(1).isEmpty()) {
      start = skipSpace(start);
    }
    String text = source.substring(Math.min(start, end.start()), end.start());
    lineStarting = false;
    text(beforeTag(text, sign(end.start() + 2), false));
    position = end.end();
    afterTag(end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0));
  }

  /** White space that a tag takes behind itself. */
  private void afterTag(char sign) {
    int before = position;
    if (sign == '-') {
      position = skipSpace(position);
    } else if (sign == ' ' && position < source.length() && source.charAt(position) == '\n') {
      position++;
    }
    lineStarting = position > before && source.charAt(position - 1) == '\n';
  }

  private int skipSpace(int from) {
    int at = from;
    while (at < source.length() && PythonText.isSpace(source.charAt(at))) {
      at++;
    }
    return at;
  }

  /** The tokens of a tag, up to and including its end. */
  private void inside(Kind endKind, String end) {
    int begun = line();
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      position = skipSpace(position);
      if (position >= source.length()) {
        throw TemplateException.at(template, begun, "a tag has no end '" + end + "'");
      }
      if (open.isEmpty() && atEnd(endKind, end)) {
        return;
      }
      token(open);
    }
  }

  private boolean atEnd(Kind kind, String end) {
    char sign = sign(position);
    boolean signed = sign != ' ' && source.startsWith(end, position + 1);
    if (signed && sign == '+' && kind == Kind.PRINT_END) {
      return false;
    }
    if (!signed && !source.startsWith(end, position)) {
      return false;
    }
    add(kind, "");
    position += signed ? 3 : 2;
    if (kind == Kind.TAG_END) {
      afterTag(signed ? sign : ' ');
    } else {
      if (signed) {
        afterTag('-');
      } else {
        lineStarting = false;
      }
    }
    return true;
  }

  private void token(Deque<Character> open) {
    char c = source.charAt(position);
    if (c == '\'' || c == '"') {
      string(c);
    } else if (!matched(NAME, Kind.NAME)
        && !matched(FLOAT, Kind.FLOAT)
        && !matched(INTEGER, Kind.INTEGER)) {
      operator(c, open);
    }
  }

  private boolean matched(Pattern pattern, Kind kind) {
    Matcher matcher = pattern.matcher(source).region(position, source.length());
    if (!matcher.lookingAt()) {
      return false;
    }
    add(kind, matcher.group());
    position = matcher.end();
    return true;
  }

  private void operator(char c, Deque<Character> open) {
    for (String operator : LONG_OPERATORS) {
      if (source.startsWith(operator, position)) {
        add(Kind.OPERATOR, operator);
        position += 2;
        return;
      }
    }
    if (SHORT_OPERATORS.indexOf(c) < 0) {
      throw error("unexpected character '" + c + "'");
    }
    int closing = "({[".indexOf(c);
    if (closing >= 0) {
      open.push(")}]".charAt(closing));
    } else if (")}]".indexOf(c) >= 0 && (open.isEmpty() || open.pop() != c)) {
      throw error("unexpected '" + c + "'");
    }
    add(Kind.OPERATOR, String.valueOf(c));
    position++;
  }

  private void string(char quote) {
    int at = position + 1;
    while (at < source.length() && source.charAt(at) != quote) {
      at += source.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= source.length()) {
      throw error("a string has no end " + quote);
    }
    add(Kind.STRING, PythonText.unescape(source.substring(position + 1, at)));
    position = at + 1;
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, line()));
  }

  /** The line of the current position. */
  private int line() {
    for (; counted < position; counted++) {
      if (source.charAt(counted) == '\n') {
        line++;
      }
    }
    return line;
  }

  private TemplateException error(String message) {
    return TemplateException.at(template, line(), message);
  }
}
