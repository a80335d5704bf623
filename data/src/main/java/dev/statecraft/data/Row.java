package dev.statecraft.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One record of a dataset file.
 *
 * @param file the file it was read from
 * @param number the number of the record in the file, from 1; a header is not counted
 * @param line the line on which the record starts, from 1; 0 if the file has no lines
 * @param values column name to value, in the file's order; the values of CSV and TSV are all text
 */
public record Row(Path file, int number, long line, Map<String, JsonNode> values) {

  /** Up to here a double has every whole number. */
  private static final double EXACT = 1L << 53;

  /** Copies the values, keeping their order. */
  public Row {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Where the row is, for messages: the file, the row number and the line. */
  public String where() {
    return file + " row " + number + (line == 0 ? "" : " (line " + line + ")");
  }

  /**
   * The same row with columns under other names; the other columns stay.
   *
   * @param columns a new name to the name of the column that gets it
   * @throws InvalidInputException if the row has no such column
   */
  public Row renamed(Map<String, String> columns) {
    if (columns.isEmpty()) {
      return this;
    }
    Map<String, JsonNode> renamed = new LinkedHashMap<>();
    columns.forEach((name, column) -> renamed.put(name, value(column)));
    values.forEach(
        (column, value) -> {
          if (!columns.containsValue(column)) {
            renamed.putIfAbsent(column, value);
          }
        });
    return new Row(file, number, line, renamed);
  }

  /**
   * A column's value, which may be a JSON null.
   *
   * @throws InvalidInputException if the row has no such column
   */
  public JsonNode value(String column) {
    JsonNode value = values.get(column);
    if (value == null) {
      throw new InvalidInputException(
          where()
              + ": no column "
              + Quoted.text(column)
              + "; it has "
              + Quoted.list(values.keySet()));
    }
    return value;
  }

  /**
   * A column's value as text; numbers and booleans are written as JSON writes them.
   *
   * @throws InvalidInputException if the column is absent, null, an object or an array, or a number
   *     that is none: Python's libraries write {@code NaN} where a value is missing
   */
  public String text(String column) {
    JsonNode value = value(column);
    if (!value.isValueNode() || value.isNull() || isNoNumber(value)) {
      throw new InvalidInputException(
          where()
              + ": column '"
              + column
              + "' should be text or a number, found "
              + (isNoNumber(value) ? value.asText() : nodeKind(value)));
    }
    return whole(value.asText(), where() + ": column " + Quoted.text(column));
  }

  /**
   * A text that can be written and read again: JSON's escapes can spell half of a character.
   *
   * @throws InvalidInputException if it has half of a surrogate pair
   */
  static String whole(String text, String where) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean pair =
            Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new InvalidInputException(
              String.format(
                  Locale.ROOT,
                  "%s: expected text, found half of a surrogate pair, \\u%04x",
                  where,
                  (int) text.charAt(i)));
        }
        i++;
      }
    }
    return text;
  }

  private static boolean isNoNumber(JsonNode value) {
    return (value.isDouble() || value.isFloat()) && !Double.isFinite(value.doubleValue());
  }

  /**
   * A column's value as a label: text as it is, and numbers by their value, so that 1 and 1.0 are
   * one label.
   *
   * @throws InvalidInputException if the column is absent, null, an object or an array, or has
   *     nothing in it: an empty text, or what is not a number
   */
  public String label(String column) {
    JsonNode value = value(column);
    String text = isNoNumber(value) ? value.asText() : text(column);
    if (text.isBlank() || (value.isNumber() && !Double.isFinite(value.doubleValue()))) {
      throw new InvalidInputException(
          where()
              + ": column "
              + Quoted.text(column)
              + ": expected a label, found "
              + (text.isBlank() ? "nothing" : text));
    }
    if (!value.isNumber() || value.isIntegralNumber()) {
      return text;
    }
    double number = value.doubleValue();
    return number == Math.rint(number) && Math.abs(number) < EXACT
        ? Long.toString((long) number)
        : text;
  }

  /**
   * A column's value as text, or nothing if the column is absent, null or not a number.
   *
   * @throws InvalidInputException if the value is an object or an array
   */
  public Optional<String> optionalText(String column) {
    JsonNode value = values.get(column);
    boolean missing = value == null || value.isNull() || (value.isNumber() && isNoNumber(value));
    return missing ? Optional.empty() : Optional.of(text(column));
  }

  static String nodeKind(JsonNode node) {
    return node.isMissingNode()
        ? "a kind of column that is not read"
        : node.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
