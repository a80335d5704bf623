package dev.statecraft.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.Json;
import dev.statecraft.studio.engine.Classification;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.CsvText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A file of predictions: one line for each row of the input, in its order, with all that the row
 * had, the label, and its probability. In JSONL also the probabilities of all labels. Where several
 * runs gave labels, their names stand before these columns'.
 */
final class Predictions {
  private static final String LABEL = "label";
  private static final String PROBABILITY = "probability";
  private static final String PROBABILITIES = "probabilities";

  private final Path file;
  private final Kind kind;

  private enum Kind {
    JSONL,
    CSV,
    TSV
  }

  /**
   * A file to be written.
   *
   * @throws RecipeException if its name says of no form that there is, or it has no folder
   */
  Predictions(Path file) {
    this.file = file;
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".jsonl")) {
      kind = Kind.JSONL;
    } else if (name.endsWith(".csv")) {
      kind = Kind.CSV;
    } else if (name.endsWith(".tsv")) {
      kind = Kind.TSV;
    } else {
      throw new RecipeException(
          "--output: expected a file that ends in .jsonl, .csv or .tsv, found '" + name + "'");
    }
    if (Files.isDirectory(file) || !Files.isDirectory(file.getParent())) {
      throw new RecipeException("--output: expected a file in a folder that exists, found " + file);
    }
  }

  /**
   * Writes it; what was there before stays until all is written.
   *
   * @param notes is told of what the form of the file cannot keep
   */
  void write(Labelled labelled, Consumer<String> notes) throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    Set<String> columns = new LinkedHashSet<>();
    for (Map<String, Object> row : labelled.rows()) {
      all.add(new LinkedHashMap<>(row));
      columns.addAll(row.keySet());
    }
    List<String> names =
        labelled.results().keySet().stream()
            .map(run -> run.equals(Labelled.ONLY) ? "" : run + "_")
            .toList();
    String free =
        FreeNames.prefix(
            columns,
            names.stream()
                .flatMap(name -> Stream.of(name + LABEL, name + PROBABILITY, name + PROBABILITIES))
                .toList());
    if (!free.isEmpty()) {
      String first = free + names.get(0);
      notes.accept(FreeNames.note(List.of(first + LABEL, first + PROBABILITY)));
    }
    labelled
        .results()
        .forEach(
            (run, results) -> {
              String prefix = free + (run.equals(Labelled.ONLY) ? "" : run + "_");
              for (int i = 0; i < results.size(); i++) {
                add(all.get(i), prefix, results.get(i));
              }
              columns.add(prefix + LABEL);
              columns.add(prefix + PROBABILITY);
            });
    AtomicFile.write(file, kind == Kind.JSONL ? jsonl(all) : table(all, columns, notes));
  }

  private void add(Map<String, Object> row, String prefix, Classification result) {
    row.put(prefix + LABEL, result.label());
    row.put(prefix + PROBABILITY, result.probabilities().get(result.label()));
    if (kind == Kind.JSONL) {
      row.put(prefix + PROBABILITIES, result.probabilities());
    }
  }

  private static String jsonl(List<Map<String, Object>> rows) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(Json.line(row)).append('\n'));
    return text.toString();
  }

  private String table(
      List<Map<String, Object>> rows, Set<String> columns, Consumer<String> notes) {
    StringBuilder text = new StringBuilder();
    int[] broken = new int[1];
    append(text, List.copyOf(columns), broken);
    for (Map<String, Object> row : rows) {
      append(text, columns.stream().map(column -> text(row.get(column))).toList(), broken);
    }
    if (broken[0] > 0) {
      notes.accept(
          (kind == Kind.TSV ? "line breaks and tabs" : "line breaks")
              + " of "
              + broken[0]
              + (broken[0] == 1 ? " cell" : " cells")
              + " are written as spaces, so that each row is one line; .jsonl keeps them");
    }
    return text.toString();
  }

  private void append(StringBuilder text, List<String> cells, int[] broken) {
    List<String> lines = new ArrayList<>();
    for (String cell : cells) {
      String line =
          cell.replaceAll(
              kind == Kind.TSV ? "\\R|[\\v\\t\\x1C-\\x1E]" : "\\R|[\\v\\x1C-\\x1E]", " ");
      broken[0] += line.equals(cell) ? 0 : 1;
      lines.add(line);
    }
    text.append(kind == Kind.TSV ? String.join("\t", lines) + "\n" : CsvText.row(lines));
  }

  private static String text(Object value) {
    if (value == null || (value instanceof JsonNode node && node.isNull())) {
      return "";
    }
    return value instanceof JsonNode node && node.isValueNode()
        ? node.asText()
        : String.valueOf(value);
  }
}
