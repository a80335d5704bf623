package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which columns of a dataset are a {@link TextExample}'s parts.
 *
 * @param text the column of the (first) text
 * @param pair the column of the second text of a pair task
 * @param label the column of the label
 */
public record TextColumns(String text, Optional<String> pair, String label) {
  private static final Set<String> REQUIRED = Set.of("text", "label");
  private static final Set<String> KNOWN = Set.of("text", "pair", "label");

  /**
   * From a mapping such as {@code {text: sentence1, pair: sentence2, label: score}}.
   *
   * @throws InvalidInputException if {@code text} or {@code label} is missing, or another key than
   *     these and {@code pair} is there
   */
  public static TextColumns of(Map<String, String> mapping) {
    if (!mapping.keySet().containsAll(REQUIRED) || !KNOWN.containsAll(mapping.keySet())) {
      throw new InvalidInputException(
          "the column mapping should have the keys text and label, and may have pair; found "
              + new TreeSet<>(mapping.keySet()));
    }
    return new TextColumns(
        mapping.get("text"), Optional.ofNullable(mapping.get("pair")), mapping.get("label"));
  }

  /**
   * A row's example.
   *
   * @throws InvalidInputException if a column is missing or is not text or a number, or the label
   *     is empty
   */
  public TextExample example(Row row) {
    return new TextExample(row.text(text), pair.map(row::text), row.label(label), row.where());
  }

  /**
   * The examples of all rows, in order.
   *
   * @throws InvalidInputException if a column is missing or is not text or a number
   */
  public List<TextExample> examples(List<Row> rows) {
    return rows.stream().map(this::example).toList();
  }
}
