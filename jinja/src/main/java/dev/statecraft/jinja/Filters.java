package dev.statecraft.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Jinja's filters of single values; those of sequences are {@link SequenceFilters}. */
final class Filters {
  /** From a value to another. */
  @FunctionalInterface
  interface Filter {
    Object apply(Run run, Object value, Arguments arguments);
  }

  private static final String ESCAPED = "&<>'\"";
  private static final List<String> ESCAPES = List.of("&amp;", "&lt;", "&gt;", "&#39;", "&#34;");
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
    filters.put("escape", (run, value, given) -> escaped(run, text(run, value)));
    filters.put("e", (run, value, given) -> escaped(run, text(run, value)));
    filters.put("upper", (run, value, given) -> LetterCase.upper(run, text(run, value)));
    filters.put("lower", (run, value, given) -> LetterCase.lower(run, text(run, value)));
    filters.put("capitalize", (run, value, given) -> LetterCase.capitalized(run, text(run, value)));
    filters.put("title", (run, value, given) -> LetterCase.jinjaTitled(run, text(run, value)));
    filters.put("trim", Filters::trimmed);
    filters.put(
        "replace",
        (run, value, given) -> {
          Object[] bound = given.bind("replace", "old", "new", "count");
          Object old = bound[0] == null ? None.NONE : Texts.of(run, bound[0]);
          Object fresh = bound[1] == null ? None.NONE : Texts.of(run, bound[1]);
          return Texts.replaced(run, text(run, value), old, fresh, bound[2]);
        });
    filters.put("indent", Filters::indented);
    filters.put("center", Filters::centered);
    filters.put("truncate", Filters::truncated);
    filters.put("wordcount", (run, value, given) -> LetterCase.words(run, text(run, value)));
    filters.put("format", Filters::formatted);
    filters.put("int", Filters::whole);
    filters.put("float", Filters::real);
    filters.put("abs", (run, value, given) -> absolute(value));
    filters.put("round", Filters::rounded);
    filters.put(
        "attr",
        (run, value, given) ->
            Members.attribute(run, value, Values.text(first(given, "attr", "name"), "attr")));
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
        run, text(run, value), chars == None.NONE ? null : Values.text(chars, "trim"), true, true);
  }

  private static String escaped(Run run, String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int index = ESCAPED.indexOf(c);
      if (index < 0) {
        escaped.append(c);
      } else {
        run.charge(1);
        run.check(escaped.length());
        escaped.append(ESCAPES.get(index));
      }
    }
    return escaped.toString();
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
    List<Object> lines = TextPieces.lines(run, text + "\n", false);
    run.chargeText(text.length() + (long) lines.size() * indent.length());
    StringBuilder indented = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean wanted = i == 0 ? first : blank || !line.isEmpty();
      indented.append(i == 0 ? "" : "\n").append(wanted ? indent : "").append(line);
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
    if (run.length(text) <= (long) length + leeway) {
      return text;
    }
    long kept = length - (long) run.length(end);
    if (kept < 0) {
      throw new Fault("truncate: expected a length of " + end.length() + " or more");
    }
    String start = text.substring(0, run.offset(text, (int) kept));
    int space = start.lastIndexOf(' ');
    run.chargeText((long) start.length() + end.length());
    return (cutWords || space < 0 ? start : start.substring(0, space)) + end;
  }

  private static Object formatted(Run run, Object value, Arguments given) {
    Object values =
        given.named().isEmpty() ? new Tuple(given.positional()) : Map.copyOf(given.named());
    return PercentFormat.of(run, text(run, value), values);
  }

  private static Object whole(Run run, Object value, Arguments given) {
    Object[] bound = given.bind("int", "default", "base");
    Object otherwise = Objects.requireNonNullElse(bound[0], 0L);
    int base = bound[1] == null ? 10 : Values.small(bound[1], "int");
    if (Numbers.isWhole(Values.defined(value))) {
      return Numbers.whole(value);
    } else if (value instanceof Double number) {
      return Double.isFinite(number) ? (Object) NumberText.truncated(number) : otherwise;
    } else if (!(value instanceof String text)) {
      return otherwise;
    } else {
      Optional<Long> number = NumberText.whole(run, text, base);
      if (number.isPresent()) {
        return number.get();
      }
      Optional<Double> real = NumberText.real(run, text).filter(Double::isFinite);
      return real.isPresent() ? (Object) NumberText.truncated(real.get()) : otherwise;
    }
  }

  private static Object real(Run run, Object value, Arguments given) {
    Object otherwise = given.bind("float", "default")[0];
    if (Values.isNumber(Values.defined(value))) {
      return Numbers.real(value);
    }
    Optional<Double> number =
        value instanceof String text ? NumberText.real(run, text) : Optional.empty();
    return number.isPresent()
        ? (Object) number.get()
        : Objects.requireNonNullElse(otherwise, (Object) 0.0);
  }

  private static Object absolute(Object value) {
    if (!Values.isNumber(Values.defined(value))) {
      throw new Fault("abs: expected a number, found a '" + Values.typeName(value) + "'");
    }
    return Numbers.real(value) < 0 ? Numbers.negate(value) : Numbers.add(value, 0L);
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
    run.charge(Math.abs(precision) / 8);
    if (method.equals("common")) {
      return common(value, precision);
    }
    if (!method.equals("ceil") && !method.equals("floor")) {
      throw new Fault("method must be common, ceil or floor");
    }
    // In doubles, as Jinja computes it.
    double scale = Math.pow(10, precision);
    double scaled = Numbers.real(value) * scale;
    // Python's ceil is a whole number, which has no negative zero.
    return ((method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) + 0.0) / scale;
  }

  private static Object common(Object value, int precision) {
    if (Numbers.isWhole(value)) {
      BigDecimal exact = BigDecimal.valueOf(Numbers.whole(value));
      return precision >= 0
          ? (Object) Numbers.whole(value)
          : (Object) exact.setScale(precision, RoundingMode.HALF_EVEN).longValueExact();
    }
    double number = Numbers.real(value);
    return Double.isFinite(number)
        ? Math.copySign(
            new BigDecimal(number).setScale(precision, RoundingMode.HALF_EVEN).doubleValue(),
            number)
        : number;
  }
}
