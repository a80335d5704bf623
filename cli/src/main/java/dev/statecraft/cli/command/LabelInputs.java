package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.data.Row;
import dev.statecraft.data.TextColumns;
import dev.statecraft.studio.engine.DataFiles;
import dev.statecraft.studio.engine.TextInput;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that name what is to be labelled. */
final class LabelInputs {
  @Option(
      names = "--pair",
      paramLabel = "TEXT",
      description = "The second text of a pair; once for each TEXT.")
  private List<String> pairs = List.of();

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "Texts from a data file with the columns of the run's data; it needs no label.")
  private String input;

  @Parameters(
      paramLabel = "TEXT|IMAGE",
      arity = "0..*",
      description = "Texts to label, or PNG and JPEG files where the run learned from images.")
  private List<String> texts = List.of();

  /** What was given as arguments. */
  List<String> arguments() {
    return texts;
  }

  /** The image files. */
  List<Path> images(Console console) {
    if (input != null || !pairs.isEmpty() || texts.isEmpty()) {
      throw new RecipeException("expected image files alone, as this run learned from images");
    }
    return texts.stream().map(console::path).toList();
  }

  /** What is told of an image beside its label. */
  static Map<String, Object> row(Path image) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("image", image.toString());
    return row;
  }

  /**
   * The texts.
   *
   * @param recipe of the run that is to label them, which knows their columns
   * @param shown gets what is told of each beside its label
   * @param whole whether that is all that the row of a file has
   */
  List<TextInput> texts(
      Console console, Recipe recipe, List<Map<String, Object>> shown, boolean whole) {
    List<TextInput> inputs = new ArrayList<>();
    for (TextInput text : read(console, recipe, shown, whole)) {
      inputs.add(text);
      if (shown.size() < inputs.size()) {
        shown.add(row(text));
      }
    }
    return inputs;
  }

  private List<TextInput> read(
      Console console, Recipe recipe, List<Map<String, Object>> shown, boolean whole) {
    TextColumns columns =
        recipe
            .data()
            .columns()
            .orElseThrow(() -> new RecipeException("data.columns: expected columns, found none"));
    if ((input == null) == texts.isEmpty()) {
      throw new RecipeException("expected either texts or --input, found neither or both");
    }
    if (input != null) {
      List<Row> rows = DataFiles.read(console.path(input), recipe.data().train().get(0).format());
      if (whole) {
        rows.forEach(row -> shown.add(new LinkedHashMap<>(row.values())));
      }
      return rows.stream()
          .map(
              row ->
                  new TextInput(
                      row.text(columns.text()), columns.pair().map(row::text), row.where()))
          .toList();
    }
    int expected = columns.pair().isPresent() ? texts.size() : 0;
    if (pairs.size() != expected) {
      throw new RecipeException(
          "--pair: expected "
              + expected
              + " for "
              + texts.size()
              + " texts, found "
              + pairs.size());
    }
    List<TextInput> inputs = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      inputs.add(
          new TextInput(
              texts.get(i), expected == 0 ? Optional.empty() : Optional.of(pairs.get(i))));
    }
    return inputs;
  }

  private static Map<String, Object> row(TextInput text) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("text", text.text());
    text.pair().ifPresent(pair -> row.put("pair", pair));
    return row;
  }
}
