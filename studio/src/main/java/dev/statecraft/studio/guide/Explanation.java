package dev.statecraft.studio.guide;

import dev.statecraft.studio.recipe.Catalogue;
import dev.statecraft.studio.recipe.Option;
import dev.statecraft.studio.recipe.Otherwise;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys explained on a terminal: a line with the key and what holds without it, and below it,
 * indented, what it means and what it can be.
 *
 * @param columns width of the terminal
 * @param catalogue of the keys
 */
public record Explanation(int columns, Catalogue catalogue) {
  private static final String INDENT = "    ";
  private static final int NARROWEST = 40;
  private static final int WIDEST = 100;

  /** One of the keys of all recipes. */
  public Explanation(int columns) {
    this(columns, Catalogue.ALL);
  }

  /** Every key. */
  public String all() {
    return of(catalogue.options())
        + "\n"
        + "Keys of the command line: --set train.epochs=5. One key alone: --explain train.epochs\n";
  }

  /**
   * The keys that a word means.
   *
   * @throws dev.statecraft.studio.recipe.RecipeException if there is none; the message suggests one
   */
  public String of(String word) {
    return of(catalogue.find(word));
  }

  private String of(List<Option> options) {
    StringBuilder text = new StringBuilder();
    for (Option option : options) {
      text.append(option.key()).append("  ").append(fallback(option)).append('\n');
      for (String line : body(option)) {
        for (String wrapped : wrap(line)) {
          text.append(INDENT).append(wrapped).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static String fallback(Option option) {
    return option.otherwise() instanceof Otherwise.Required
        ? "(required)"
        : "(default: " + option.otherwise() + ")";
  }

  private static List<String> body(Option option) {
    List<String> lines = new ArrayList<>();
    lines.add(option.description());
    if (option.kind().schema().isPresent()) {
      lines.add("Value: " + option.kind().words() + ".");
    }
    if (!restriction(option).isEmpty()) {
      lines.add("Only for " + restriction(option) + ".");
    }
    return lines;
  }

  /** {@code the task causal-lm}, {@code the methods lora, dora}, or nothing. */
  static String restriction(Option option) {
    List<String> parts = new ArrayList<>();
    List<String> methods = option.methods();
    if (!methods.isEmpty()) {
      parts.add(
          (methods.size() == 1 ? "the method " : "the methods ") + String.join(", ", methods));
    }
    List<String> tasks = option.tasks();
    if (!tasks.isEmpty()) {
      parts.add((tasks.size() == 1 ? "the task " : "the tasks ") + String.join(", ", tasks));
    }
    return String.join(" and ", parts);
  }

  private List<String> wrap(String line) {
    int width = Math.max(NARROWEST, Math.min(columns, WIDEST)) - INDENT.length();
    List<String> lines = new ArrayList<>();
    StringBuilder current = new StringBuilder();
    for (String word : line.split(" ", -1)) {
      if (!current.isEmpty() && current.length() + 1 + word.length() > width) {
        lines.add(current.toString());
        current.setLength(0);
      }
      current.append(current.isEmpty() ? "" : " ").append(word);
    }
    lines.add(current.toString());
    return lines;
  }
}
