package dev.statecraft.jinja;

import java.util.List;
import java.util.Random;

/**
 * Templates of all that the language has, drawn by a seed: expressions that mostly have values, in
 * all statements, and sizes that are mostly small and sometimes as large as anybody may ask for.
 */
final class RandomTemplates {
  private static final List<String> TEXTS =
      List.of(
          "''",
          "'a'",
          "'Hello World'",
          "'a b  c'",
          "'x,y,,z'",
          "'é'",
          "'ß\\u0131'",
          "'\\n a\\tb\\n'",
          "'\ud83d\ude00 x'",
          "'12'",
          "' -3.50 '",
          "'0x1F'",
          "'1_000'",
          "'<a href=\"x\">'",
          "'%s|%5d'",
          "'{} {0}'",
          "'{a:>5}'",
          "'aAbB'",
          "'it\\'s'",
          "m",
          "n",
          "'\\x00'");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "2",
          "3",
          "-1",
          "7",
          "10",
          "1.5",
          "-2.25",
          "0.1",
          "1e3",
          "100",
          "true",
          "i",
          "2.5",
          "9007199254740993",
          "9223372036854775807",
          "1e300");
  private static final List<String> HUGE =
      List.of(
          "1000",
          "99999",
          "1000000",
          "8000000",
          "99999999999",
          "9223372036854775807",
          "-9223372036854775807");
  private static final List<String> TEXT_METHODS =
      List.of(
          "strip(%s)",
          "lstrip()",
          "rstrip()",
          "split(%s)",
          "split()",
          "rsplit(%s, %n)",
          "split(none, %n)",
          "splitlines()",
          "splitlines(true)",
          "partition(%s)",
          "rpartition(%s)",
          "startswith(%s)",
          "endswith(%s)",
          "upper()",
          "lower()",
          "capitalize()",
          "title()",
          "replace(%s, %s)",
          "replace(%s, %s, %n)",
          "find(%s)",
          "rfind(%s)",
          "count(%s)",
          "join(%l)",
          "format(%s, %n)",
          "format(%n, a=%s)",
          "isdigit()",
          "isalpha()",
          "isupper()",
          "islower()",
          "isspace()",
          "isalnum()",
          "zfill(%n)",
          "rjust(%n)",
          "ljust(%n, '*')",
          "center(%n)",
          "removeprefix(%s)",
          "removesuffix(%s)",
          "find(%s, %n)",
          "count(%s, %n, %n)",
          "rsplit()",
          "isascii()",
          "isnumeric()",
          "casefold()");
  private static final List<String> TEXT_FILTERS =
      List.of(
          "upper",
          "lower",
          "capitalize",
          "title",
          "trim",
          "trim(%s)",
          "replace(%s, %s)",
          "indent(%n)",
          "indent(%s, true)",
          "indent(2, true, true)",
          "center(%n)",
          "truncate(%n)",
          "truncate(%n, true, '')",
          "wordcount",
          "string",
          "e",
          "int",
          "int(%n, %n)",
          "float",
          "length",
          "list",
          "first",
          "last",
          "reverse",
          "tojson",
          "default(%s)",
          "format(%s, %n)",
          "unique | list",
          "sort",
          "batch(%n) | list",
          "slice(%n) | list",
          "join(%s)",
          "map('upper') | list",
          "count");
  private static final List<String> LIST_FILTERS =
      List.of(
          "length",
          "first",
          "last",
          "reverse | list",
          "join(%s)",
          "join",
          "sort",
          "sort(reverse=true)",
          "unique | list",
          "min",
          "max",
          "sum",
          "list",
          "batch(%n) | list",
          "batch(%n, %s) | list",
          "slice(%n) | list",
          "slice(%n, %s) | list",
          "map('string') | list",
          "map('upper') | join",
          "select('string') | list",
          "reject('number') | list",
          "select | list",
          "tojson",
          "tojson(indent=%n)",
          "map('int') | sum",
          "map('length') | list",
          "select('in', %l) | list",
          "string");
  private static final List<String> NUMBER_FILTERS =
      List.of(
          "abs",
          "round",
          "round(%n)",
          "round(1, 'floor')",
          "round(%n, 'ceil')",
          "int",
          "float",
          "string",
          "tojson",
          "default(1)");
  private static final List<String> TESTS =
      List.of(
          "defined",
          "undefined",
          "none",
          "string",
          "number",
          "integer",
          "float",
          "mapping",
          "iterable",
          "sequence",
          "boolean",
          "true",
          "false",
          "upper",
          "lower",
          "in %l",
          "eq(%n)",
          "sameas none",
          "callable",
          "odd",
          "even",
          "divisibleby(%n)",
          "lt(%n)",
          "ge(%n)");
  private static final List<String> OPERATORS = List.of("+", "-", "*", "/", "//", "%", "**");
  private static final List<String> COMPARISONS =
      List.of("==", "!=", "<", "<=", ">", ">=", "in", "not in");

  private final Random random;
  private final double huge;
  private int loops;

  /**
   * A source of templates.
   *
   * @param huge how often a number is as large as anybody may ask for, from 0 to 1
   */
  RandomTemplates(long seed, double huge) {
    random = new Random(seed);
    this.huge = huge;
  }

  /** The next one. */
  String next() {
    loops = 0;
    StringBuilder source = new StringBuilder();
    int statements = 1 + random.nextInt(4);
    for (int s = 0; s < statements; s++) {
      source.append(statement(2));
    }
    return source.toString();
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private String statement(int depth) {
    int kind = depth == 0 ? 0 : random.nextInt(huge > 0 ? 13 : 11);
    return switch (kind) {
      case 5 -> "{% if " + any(2) + " %}" + statement(depth - 1) + "{% else %}b{% endif %}";
      case 6 ->
          loops++ > 1
              ? "c"
              : "{% for i in "
                  + list(2)
                  + " %}"
                  + statement(depth - 1)
                  + "{{ loop.index }}{% endfor %}";
      case 7 -> "{% set v = " + any(3) + " %}{{ v }}";
      case 8 ->
          "{% macro f(p, q="
              + number(1)
              + ") %}{{ p }}"
              + statement(depth - 1)
              + "{% endmacro %}{{ f("
              + any(2)
              + ") }}{{ f(*"
              + "["
              + any(1)
              + "]) }}";
      case 9 -> "{% set w %}" + statement(depth - 1) + "{% endset %}{{ w | length }}";
      case 10 ->
          "{% filter "
              + fill(one(List.of("upper", "trim", "indent(%n)", "replace(%s, %s)")), 1)
              + " %}"
              + statement(depth - 1)
              + "{% endfilter %}";
      case 11 ->
          "{% set ns = namespace(x="
              + any(2)
              + ") %}{% for k in range(60) %}{% set ns.x = "
              + one(
                  List.of(
                      "[ns.x, ns.x]",
                      "(ns.x, ns.x)",
                      "ns.x ~ ns.x",
                      "ns.x + ns.x",
                      "[ns.x] + [ns.x]",
                      "{'a': ns.x, 'b': ns.x}",
                      "[ns.x]",
                      "ns.x | tojson",
                      "ns.x | string",
                      "ns.x | list"))
              + " %}{% endfor %}{{ "
              + one(
                  List.of(
                      "ns.x",
                      "{}[ns.x]",
                      "ns.x | tojson",
                      "ns.x == ns.x",
                      "[ns.x] | unique | list",
                      "[ns.x, ns.x] | sort",
                      "ns.x in [ns.x]",
                      "[1][ns.x]",
                      "ns.x | length",
                      "'%s' % [ns.x]",
                      "'{}'.format(ns.x)",
                      "ns.x | join",
                      "ns.x < ns.x",
                      "[ns.x] | map('string') | list"))
              + " }}";
      case 12 ->
          "{% for k in range(99999) %}{% if "
              + any(2)
              + " %}{{ "
              + any(2)
              + " }}{% endif %}{% endfor %}";
      default -> "{{ " + any(3) + " }}";
    };
  }

  private String any(int depth) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> text(depth);
      case 3, 4 -> number(depth);
      case 5 -> list(depth);
      case 6 -> truth(depth);
      default ->
          depth == 0
              ? "d"
              : "(" + any(depth - 1) + " if " + truth(depth - 1) + " else " + any(0) + ")";
    };
  }

  private String text(int depth) {
    if (depth == 0) {
      return one(TEXTS);
    }
    return switch (random.nextInt(9)) {
      case 0, 1 -> text(depth - 1) + "." + fill(one(TEXT_METHODS), depth - 1);
      case 2, 3 -> "(" + text(depth - 1) + " | " + fill(one(TEXT_FILTERS), depth - 1) + ")";
      case 4 -> "(" + text(depth - 1) + " ~ " + any(depth - 1) + ")";
      case 5 -> "(" + text(depth - 1) + " * " + number(0) + ")";
      case 6 -> text(depth - 1) + slice();
      case 7 ->
          "("
              + one(List.of("'%s'", "'%5.2f|'", "'%d'", "'%-6s|'", "'%05d'", "'%x'", "'%r'"))
              + " % "
              + any(0)
              + ")";
      default -> "(" + text(depth - 1) + " + " + text(depth - 1) + ")";
    };
  }

  private String slice() {
    return switch (random.nextInt(4)) {
      case 0 -> "[" + number(0) + "]";
      case 1 -> "[" + number(0) + ":]";
      case 2 -> "[::" + number(0) + "]";
      default -> "[" + number(0) + ":" + number(0) + "]";
    };
  }

  private String number(int depth) {
    if (depth == 0) {
      return random.nextDouble() < huge ? one(HUGE) : one(NUMBERS);
    }
    return switch (random.nextInt(4)) {
      case 0 -> "(" + number(depth - 1) + " " + one(OPERATORS) + " " + number(depth - 1) + ")";
      case 1 -> "(" + number(depth - 1) + " | " + fill(one(NUMBER_FILTERS), depth - 1) + ")";
      case 2 -> "(" + list(depth - 1) + " | length)";
      default -> "-" + number(0);
    };
  }

  private String list(int depth) {
    if (depth == 0) {
      return one(
          List.of(
              "[1, 2, 3]",
              "['b', 'A', 'c']",
              "l",
              "[]",
              "(1, 'x')",
              "[[1, 'a'], [0, 'b']]",
              "[1.5, 1, true]"));
    }
    return switch (random.nextInt(7)) {
      case 0 -> "[" + any(depth - 1) + ", " + any(depth - 1) + "]";
      case 1 -> "(" + list(depth - 1) + " | " + fill(one(LIST_FILTERS), depth - 1) + ")";
      case 2 -> list(depth - 1) + slice();
      case 3 -> "(" + list(depth - 1) + " * " + number(0) + ")";
      case 4 -> "(range(" + number(0) + ") | list)";
      case 5 -> "(" + list(depth - 1) + " + " + list(depth - 1) + ")";
      default ->
          "("
              + one(
                  List.of(
                      "d | dictsort",
                      "d.items() | list",
                      "o | map(attribute='a') | list",
                      "o | groupby('a') | list",
                      "o | sort(attribute='b') | list",
                      "o | selectattr('a') | list",
                      "o | sum(attribute='b')",
                      "d | list",
                      "d.keys() | list",
                      "d.values() | list"))
              + ")";
    };
  }

  private String truth(int depth) {
    if (depth == 0) {
      return one(List.of("true", "false", "none", "nothing", "l", "m"));
    }
    return switch (random.nextInt(5)) {
      case 0 -> "(" + any(depth - 1) + " " + one(COMPARISONS) + " " + any(depth - 1) + ")";
      case 1 ->
          "("
              + any(depth - 1)
              + " is "
              + one(List.of("", "not "))
              + fill(one(TESTS), depth - 1)
              + ")";
      case 2 -> "(not " + any(depth - 1) + ")";
      case 3 -> "(" + any(depth - 1) + " and " + any(depth - 1) + ")";
      default -> "(" + any(depth - 1) + " or " + any(depth - 1) + ")";
    };
  }

  /** A form with %s, %n and %l filled in. */
  private String fill(String form, int depth) {
    StringBuilder filled = new StringBuilder();
    for (int i = 0; i < form.length(); i++) {
      char c = form.charAt(i);
      if (c == '%' && i + 1 < form.length()) {
        char kind = form.charAt(++i);
        int inner = Math.min(depth, 1);
        filled.append(kind == 's' ? text(inner) : kind == 'n' ? number(0) : list(inner));
      } else {
        filled.append(c);
      }
    }
    return filled.toString();
  }
}
