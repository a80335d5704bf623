package dev.statecraft.jinja;

/** {@code format.format(values)}. */
final class BraceFormat {
  private final Run run;
  private final Arguments arguments;
  private int next;

  private BraceFormat(Run run, Arguments arguments) {
    this.run = run;
    this.arguments = arguments;
  }

  static String of(Run run, String format, Arguments arguments) {
    return new BraceFormat(run, arguments).made(format, 2);
  }

  /**
   * A format's text.
   *
   * @param depth how deep fields may be nested, as specifications have fields of their own
   */
  private String made(String format, int depth) {
    run.chargeText(format.length());
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at++);
      if (c != '{' && c != '}') {
        text.append(c);
      } else if (at < format.length() && format.charAt(at) == c) {
        text.append(c);
        at++;
      } else if (c == '}') {
        throw new Fault("Single '}' encountered in format string");
      } else {
        int end = end(format, at);
        field(text, format.substring(at, end), depth);
        at = end + 1;
      }
      run.check(text.length());
    }
    return text.toString();
  }

  private static int end(String format, int from) {
    int open = 1;
    for (int i = from; i < format.length(); i++) {
      char c = format.charAt(i);
      open += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (open == 0) {
        return i;
      }
    }
    throw new Fault("expected '}' before end of string");
  }

  private void field(StringBuilder text, String field, int depth) {
    run.charge(8 + field.length() / 8);
    if (depth == 0) {
      throw new Fault("Max string recursion exceeded");
    }
    int colon = field.indexOf(':');
    String left = colon < 0 ? field : field.substring(0, colon);
    int mark = left.indexOf('!');
    String name = mark < 0 ? left : left.substring(0, mark);
    Object value = value(name);
    if (mark >= 0) {
      value =
          switch (left.substring(mark + 1)) {
            case "s" -> Texts.of(run, value);
            case "r", "a" -> Texts.represented(run, value);
            default -> throw new Fault("Unknown conversion specifier in a format string");
          };
    }
    String specification = colon < 0 ? "" : made(field.substring(colon + 1), depth - 1);
    if (specification.isEmpty()) {
      String shown = Texts.of(run, value);
      run.check((long) text.length() + shown.length());
      run.charge(shown.length() / 8);
      text.append(shown);
    } else {
      FormatField.of(specification).append(run, text, value);
    }
  }

  /** What a name such as {@code 0}, {@code a.b} or {@code a[0]} leads to. */
  private Object value(String name) {
    int at = 0;
    while (at < name.length() && name.charAt(at) != '.' && name.charAt(at) != '[') {
      at++;
    }
    Object value = argument(name.substring(0, at));
    while (at < name.length()) {
      boolean item = name.charAt(at) == '[';
      int start = ++at;
      while (at < name.length()
          && (item ? name.charAt(at) != ']' : ".[".indexOf(name.charAt(at)) < 0)) {
        at++;
      }
      String step = name.substring(start, at);
      if (step.isEmpty() || (item && at == name.length())) {
        throw new Fault("Empty attribute in format string");
      }
      at += item ? 1 : 0;
      value =
          item
              ? Members.item(run, value, isIndex(step) ? (Object) Long.parseLong(step) : step)
              : Members.attribute(run, value, step);
    }
    return value;
  }

  private static boolean isIndex(String step) {
    return step.length() < 10 && FormatField.digits(step, 0) == step.length();
  }

  private Object argument(String name) {
    String key = name.isEmpty() ? String.valueOf(next++) : name;
    if (isIndex(key)) {
      int index = Integer.parseInt(key);
      if (index >= arguments.positional().size()) {
        throw new Fault("Replacement index " + index + " out of range for positional args tuple");
      }
      return arguments.positional().get(index);
    }
    Object value = arguments.named().get(key);
    if (value == null) {
      throw new Fault("format: there is no argument '" + key + "'");
    }
    return value;
  }
}
