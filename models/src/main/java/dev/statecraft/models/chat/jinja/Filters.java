package dev.statecraft.models.chat.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Jinja's filters of single values; those of sequences are {@link SequenceFilters}. */
final class Filters {
  /** From a value to another. */
  @FunctionalInterface
  interface Filter {
    Object apply(Run run, Object value, Arguments arguments);
  }

  private static final Pattern TITLE_BREAK = Pattern.compile("(?<=[-\\s({\\[<])(?=[^-\\s({\\[<])");
  private static final Map<String, Filter> ALL = all();

  private Filters() {}

  static Optional<Filter> named(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  private static Map<String, Filter> all() {
    Map<String, Filter> filters = new HashMap<>(SequenceFilters.all());
    filters.put("default", Filters::orDefault);
    filters.put("d", Filters::orDefault);
    filters.put("tojson", JsonText::of);
    filters.put("string", (run, value, given) -> Texts.of(run, value));
    filters.put("safe", (run, value, given) -> Texts.of(run, value));
    filters.put("escape", (run, value, given) -> escaped(Texts.of(run, value)));
    filters.put("e", (run, value, given) -> escaped(Texts.of(run, value)));
    filters.put("upper", (run, value, given) -> text(run, value).toUpperCase(Locale.ROOT));
    filters.put("lower", (run, value, given) -> text(run, value).toLowerCase(Locale.ROOT));
    filters.put("capitalize", (run, value, given) -> TextMethods.capitalized(text(run, value)));
    filters.put("title", (run, value, given) -> titled(text(run, value)));
    filters.put("trim", Filters::trimmed);
    filters.put(
        "replace",
        (run, value, given) -> {
          Object[] bound = given.bind("replace", "old", "new", "count");
          return Texts.replaced(run, text(run, value), bound[0], bound[1], bound[2]);
        });
    filters.put("indent", Filters::indented);
    filters.put("center", Filters::centered);
    filters.put("truncate", Filters::truncated);
    filters.put(
        "wordcount",
        (run, value, given) ->
            Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS)
                .matcher(text(run, value))
                .results()
                .count());
    filters.put("format", Filters::formatted);
    filters.put("int", Filters::whole);
    filters.put("float", Filters::real);
    filters.put("abs", (run, value, given) -> absolute(value));
    filters.put("round", Filters::rounded);
    filters.put(
        "attr",
        (run, value, given) ->
            Members.attribute(value, Values.text(first(given, "attr", "name"), "attr")));
    return Map.copyOf(filters);
  }

  static Object first(Arguments given, String filter, String... parameters) {
    return Objects.requireNonNullElse(given.bind(filter, parameters)[0], None.NONE);
  }

  private static String text(Run run, Object value) {
    String text = Texts.of(run, value);
    run.chargeText(text.length());
    return text;
  }

  private static Object orDefault(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("default", "default_value", "boolean");
    boolean falseToo = bound[1] != null && Values.isTrue(bound[1]);
    return value instanceof Undefined || (falseToo && !Values.isTrue(value))
        ? Objects.requireNonNullElse(bound[0], "")
        : value;
  }

  private static Object trimmed(Run run, Object value, Arguments given) {
    Object chars = first(given, "trim", "chars");
    return TextMethods.strip(
        text(run, value), chars == None.NONE ? null : Values.text(chars, "trim"), true, true);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  private static String titled(String text) {
    StringBuilder titled = new StringBuilder();
    for (String word : TITLE_BREAK.split(text, -1)) {
      titled.append(TextMethods.capitalized(word));
    }
    return titled.toString();
  }

  private static Object indented(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("indent", "width", "first", "blank");
    String indent;
    if (bound[0] instanceof String text) {
      indent = text;
    } else {
      int width = bound[0] == null ? 4 : Values.small(bound[0], "indent");
      run.chargeText(Math.max(0, width));
      indent = " ".repeat(Math.max(0, width));
    }
    boolean first = bound[1] != null && Values.isTrue(bound[1]);
    boolean blank = bound[2] != null && Values.isTrue(bound[2]);
    String text = text(run, value);
    run.chargeText(text.length() + Texts.count(text, "\n") * indent.length());
    String[] lines = text.split("\n", -1);
    StringBuilder indented = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      boolean wanted = i == 0 ? first : blank || !lines[i].isEmpty();
      indented.append(i == 0 ? "" : "\n").append(wanted ? indent : "").append(lines[i]);
    }
    return indented.toString();
  }

  private static Object centered(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("center", "width");
    return TextMethods.of(text(run, value), "center")
        .call(run, new Arguments(List.of(bound[0] == null ? 80L : bound[0]), Map.of()));
  }

  private static Object truncated(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("truncate", "length", "killwords", "end", "leeway");
    String text = text(run, value);
    int length = bound[0] == null ? 255 : Values.small(bound[0], "truncate");
    boolean cutWords = bound[1] != null && Values.isTrue(bound[1]);
    String end = bound[2] == null ? "..." : Values.text(bound[2], "truncate");
    int leeway = bound[3] == null ? 5 : Values.small(bound[3], "truncate");
    if (PythonText.length(text) <= (long) length + leeway) {
      return text;
    }
    int kept = length - PythonText.length(end);
    if (kept < 0) {
      throw new Fault("truncate: expected a length of " + end.length() + " or more");
    }
    String start = text.substring(0, text.offsetByCodePoints(0, kept));
    int space = start.lastIndexOf(' ');
    return (cutWords || space < 0 ? start : start.substring(0, space)) + end;
  }

  private static Object formatted(Run run, Object value, Arguments given) {
    Object values =
        given.named().isEmpty() ? new Tuple(given.positional()) : Map.copyOf(given.named());
    return Formatting.percent(run, text(run, value), values);
  }

  private static Object whole(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("int", "default", "base");
    Object otherwise = Objects.requireNonNullElse(bound[0], 0L);
    int base = bound[1] == null ? 10 : Values.small(bound[1], "int");
    if (Numbers.isWhole(value)) {
      return Numbers.whole(value);
    } else if (value instanceof Double number) {
      return Double.isFinite(number) ? (Object) (long) (double) number : otherwise;
    } else if (!(value instanceof String)) {
      return otherwise;
    }
    String text = PythonText.strip((String) value).replace("_", "");
    if (text.matches("(?i)0[xbo].*") && base == "..b.....o.......x".indexOf(lower(text))) {
      text = text.substring(2);
    }
    try {
      return Long.parseLong(text, base);
    } catch (NumberFormatException e) {
      Optional<Double> number = number(text);
      return number.isPresent() ? (Object) (long) (double) number.get() : otherwise;
    }
  }

  private static char lower(String prefixed) {
    return Character.toLowerCase(prefixed.charAt(1));
  }

  private static Object real(Run run, Object value, Arguments given) {
    Object otherwise = given.bind("float", "default")[0];
    if (Values.isNumber(value)) {
      return Numbers.real(value);
    }
    Optional<Double> number =
        value instanceof String text ? number(PythonText.strip(text)) : Optional.empty();
    return number.isPresent()
        ? (Object) number.get()
        : Objects.requireNonNullElse(otherwise, (Object) 0.0);
  }

  private static Optional<Double> number(String text) {
    // Java would take 1f and 0x1p3 as well.
    if (!text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
      return Optional.empty();
    }
    return Optional.of(Double.parseDouble(text));
  }

  private static Object absolute(Object value) {
    if (!Values.isNumber(Values.defined(value))) {
      throw new Fault("abs: expected a number, found a '" + Values.typeName(value) + "'");
    }
    return Numbers.real(value) < 0 ? Numbers.negate(value) : value;
  }

  private static Object rounded(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("round", "precision", "method");
    int precision = bound[0] == null ? 0 : Values.small(bound[0], "round");
    String method = bound[1] == null ? "common" : Values.text(bound[1], "round");
    if (!Values.isNumber(Values.defined(value))) {
      throw new Fault("round: expected a number, found a '" + Values.typeName(value) + "'");
    }
    if (Math.abs((long) precision) > 300) {
      throw new Fault("round: expected a precision of at most 300, found " + precision);
    }
    double number = Numbers.real(value);
    if (!Double.isFinite(number)) {
      return number;
    }
    java.math.RoundingMode mode =
        switch (method) {
          case "common" -> java.math.RoundingMode.HALF_EVEN;
          case "ceil" -> java.math.RoundingMode.CEILING;
          case "floor" -> java.math.RoundingMode.FLOOR;
          default -> throw new Fault("method must be common, ceil or floor");
        };
    double result = new java.math.BigDecimal(number).setScale(precision, mode).doubleValue();
    return Numbers.isWhole(value) && method.equals("common") ? (Object) (long) result : result;
  }
}
