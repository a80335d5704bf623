package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.text;

import dev.statecraft.data.TextColumns;
import java.util.Map;
import java.util.Optional;

/** The keys of {@code data.columns} for texts with labels. */
final class ColumnKeys extends Keys {
  static final String LABEL = "label";

  private final Key<String> text =
      key("text", text("a column", "question"), "text", "The column of texts.");

  private final Key<Optional<String>> pair =
      optional(
          "pair",
          text("a column", "sentence"),
          "nothing",
          "The column of second texts, for pairs.");

  private final Key<String> label =
      key("label", text("a column", "score"), LABEL, "The column of labels.");

  static Type<TextColumns> type() {
    ColumnKeys keys = new ColumnKeys();
    return Type.mapping(keys, keys::columns, keys::settings);
  }

  private TextColumns columns(Settings settings) {
    return new TextColumns(settings.get(text), settings.get(pair), settings.get(label));
  }

  private Settings settings(TextColumns columns) {
    return new Settings(
        this, Map.of(text, columns.text(), pair, columns.pair(), label, columns.label()));
  }
}
