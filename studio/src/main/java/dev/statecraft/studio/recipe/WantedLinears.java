package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The linears that a recipe names.
 *
 * @param names short names; empty where there is a text
 * @param text {@code all-linear}, or an expression for full names
 */
record WantedLinears(List<String> names, Optional<String> text) {
  private static final String ALL = "all-linear";

  static final Type<WantedLinears> TYPE =
      Type.of(
              Kind.texts(
                      "a list of names, all-linear, or a regular expression for full names",
                      1,
                      List.of("q_proj", "v_proj"))
                  .or(Kind.text("a text", ALL)),
              WantedLinears::read,
              WantedLinears::written)
          .checked(WantedLinears::check);

  WantedLinears {
    names = List.copyOf(names);
  }

  private static WantedLinears read(Reading method, String key) {
    Section section = method.section();
    return section.isList(key)
        ? new WantedLinears(section.texts(key).orElseThrow(), Optional.empty())
        : new WantedLinears(
            List.of(),
            Optional.of(section.requiredText(key, "a list of names, all-linear or an expression")));
  }

  private static Object written(WantedLinears wanted) {
    return wanted.text.isPresent() ? wanted.text.get() : wanted.names;
  }

  private static void check(String key, WantedLinears wanted) {
    if (wanted.text.isEmpty()) {
      ProjectionKeys.checkSome(key, wanted.names);
    }
    wanted.expression().ifPresent(text -> checkExpression(key, text));
  }

  static void checkExpression(String key, String text) {
    try {
      Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          key + ": expected a regular expression, found '" + text + "': " + e.getDescription());
    }
  }

  /** The expression, if it is one. */
  Optional<String> expression() {
    return text.filter(word -> !word.equals(ALL));
  }
}
