package dev.statecraft.jinja;

/**
 * A piece of a template's source.
 *
 * @param kind what it is
 * @param text the text itself; of a string, its value; of a tag's border, nothing that matters
 * @param line on which it begins, from 1
 */
record Token(Kind kind, String text, int line) {
  /** The kinds of tokens. */
  enum Kind {
    /** Text outside of tags, as it is to be written. */
    TEXT,
    PRINT_BEGIN,
    PRINT_END,
    TAG_BEGIN,
    TAG_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    /** The end of the source. */
    END
  }

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** For messages: what was found. */
  String described() {
    return switch (kind) {
      case TEXT -> "text";
      case PRINT_BEGIN -> "'{{'";
      case PRINT_END -> "'}}'";
      case TAG_BEGIN -> "'{%'";
      case TAG_END -> "'%}'";
      case END -> "the end of the template";
      case STRING -> "a string";
      case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
    };
  }
}
