package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** The varied keys of a study and their values, each as YAML that can stand after {@code key=}. */
final class GridAxes {
  /** Runs that a study may have: more are a slip of the hand. */
  static final int MOST_RUNS = 10_000;

  private GridAxes() {}

  /** Of a study's file. */
  static Map<String, List<String>> of(JsonNode grid, Path file) {
    Map<String, List<String>> axes = new LinkedHashMap<>();
    if (!grid.isMissingNode() && !grid.isObject()) {
      throw new RecipeException(
          file
              + ": grid: expected a mapping such as {method.rank: [4, 8]}, found "
              + RecipeText.shown(grid));
    }
    grid.properties()
        .forEach(
            axis -> {
              if (!axis.getValue().isArray()) {
                throw new RecipeException(
                    file
                        + ": grid: "
                        + axis.getKey()
                        + ": expected a list of values, found "
                        + RecipeText.shown(axis.getValue()));
              }
              axes.put(axis.getKey(), values(axis.getValue()));
            });
    return axes;
  }

  /**
   * Adds one of the command line: {@code method.rank=4,8}, {@code method.rank=[4, 8]}, or with
   * values that are lists or mappings themselves, {@code method.blocks=[attn],[mlp]}.
   */
  static void add(Map<String, List<String>> axes, String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new RecipeException(
          "--grid: expected key=value,value, such as method.rank=4,8, found '" + text + "'");
    }
    String values = text.substring(equals + 1).strip();
    String source = "--grid " + text;
    List<String> parts = parts(values);
    if (parts.contains("")) {
      // An empty value is YAML's null, which would run the default under no name.
      throw new RecipeException(
          "--grid: expected values between the commas, such as method.rank=4,8, found '"
              + text
              + "'");
    }
    // Brackets around all of it are those of the axis.
    List<String> read =
        parts.size() == 1 && values.startsWith("[")
            ? values(RecipeText.value(values, source))
            : parts.stream().map(part -> value(part, source)).toList();
    axes.put(text.substring(0, equals).strip(), read);
  }

  private static String value(String part, String source) {
    return part.startsWith("[") || part.startsWith("{")
        ? flow(RecipeText.value(part, source))
        : part;
  }

  /** Divided at the commas that are in no bracket and no quotes. */
  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    char quote = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char at = text.charAt(i);
      if (quote != 0) {
        quote = at == quote ? 0 : quote;
      } else if (at == '"' || at == '\'') {
        quote = at;
      } else if (at == '[' || at == '{') {
        depth++;
      } else if (at == ']' || at == '}') {
        depth--;
      } else if (at == ',' && depth == 0) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(text.substring(start).strip());
    return parts;
  }

  private static List<String> values(JsonNode list) {
    List<String> values = new ArrayList<>();
    list.forEach(value -> values.add(flow(value)));
    return values;
  }

  /**
   * A value on one line of YAML, texts without quotes where they are read as texts all the same.
   */
  private static String flow(JsonNode value) {
    if (value.isArray()) {
      StringJoiner items = new StringJoiner(", ", "[", "]");
      value.forEach(item -> items.add(flow(item)));
      return items.toString();
    }
    if (value.isObject()) {
      StringJoiner entries = new StringJoiner(", ", "{", "}");
      value.properties().forEach(e -> entries.add(e.getKey() + ": " + flow(e.getValue())));
      return entries.toString();
    }
    return value.isTextual() && isPlain(value.textValue()) ? value.textValue() : value.toString();
  }

  private static boolean isPlain(String text) {
    if (!text.matches("[\\p{L}0-9_./+-][\\p{L}0-9_./+@ -]*") || !text.equals(text.strip())) {
      return false;
    }
    JsonNode read = RecipeText.value(text, "the grid");
    return read.isTextual() && read.textValue().equals(text);
  }

  /**
   * Bounds a study before anything of its size is made.
   *
   * @param seeds of each combination
   */
  static void requireFew(Map<String, List<String>> grid, long seeds) {
    double runs = seeds;
    StringJoiner product = new StringJoiner(", ", " (", ")");
    for (Map.Entry<String, List<String>> axis : grid.entrySet()) {
      runs *= axis.getValue().size();
      product.add(axis.getValue().size() + " of " + axis.getKey());
    }
    if (runs > MOST_RUNS) {
      product.add(seeds + (seeds == 1 ? " seed" : " seeds"));
      throw new RecipeException(
          String.format(
              Locale.ROOT,
              "grid: expected %,d runs at most, found %s%s",
              MOST_RUNS,
              runs < 1e15 ? String.format(Locale.ROOT, "%,.0f", runs) : "more than 10^15",
              product));
    }
  }
}
