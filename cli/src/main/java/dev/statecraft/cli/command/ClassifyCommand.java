package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.data.Row;
import dev.statecraft.data.TextColumns;
import dev.statecraft.studio.engine.Classification;
import dev.statecraft.studio.engine.DataFiles;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.TextInput;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code classify}: labels with probabilities from a tuned encoder or vision transformer. */
@Command(
    name = "classify",
    header = "Labels texts or images with the tuned model of a run.",
    description =
        "Labels texts or images with the tuned model of a run, with probabilities: one line for"
            + " each, or a file (--output) with a line for each row of the input.")
public final class ClassifyCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "DIR",
      description = "The run directory of a finished classification run.")
  private String run;

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

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Write a row for each input into a .jsonl, .csv or .tsv file: all that the input's row"
              + " has, then label and probability (.jsonl: also all probabilities).")
  private String output;

  @Option(
      names = "--top",
      defaultValue = "3",
      paramLabel = "N",
      description = "Show the N most probable labels (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(names = "--json", description = "Print all probabilities as one JSON object.")
  private boolean json;

  @Parameters(
      paramLabel = "TEXT|IMAGE",
      arity = "0..*",
      description = "Texts to label, or PNG and JPEG files where the run learned from images.")
  private List<String> texts = List.of();

  public ClassifyCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    Optional<Predictions> file =
        Optional.ofNullable(output).map(console::path).map(Predictions::new);
    RunDirectory directory = RunDirectory.open(console.path(run));
    Recipe recipe = directory.recipe();
    TunedModel model =
        new TunedModel(recipe.model(), Optional.of(directory.adapter()), recipe.quantize());
    switch (recipe.task().classified()) {
      case IMAGES -> {
        List<Path> images = images();
        tell(
            file,
            images.stream().map(ClassifyCommand::row).toList(),
            texts,
            engine.classifyImages(recipe, model, images));
      }
      case TEXTS -> {
        List<Map<String, Object>> rows = new ArrayList<>();
        List<TextInput> inputs = inputs(recipe, rows, file.isPresent());
        tell(
            file,
            rows,
            inputs.stream().map(TextInput::text).toList(),
            engine.classify(recipe, model, inputs, line -> console.err().println(line)));
      }
      case NOTHING ->
          throw new RecipeException(
              directory.folder()
                  + ": expected a run of the task classification or image-classification, found "
                  + recipe.task().type());
    }
    return 0;
  }

  private List<Path> images() {
    if (input != null || !pairs.isEmpty() || texts.isEmpty()) {
      throw new RecipeException("expected image files alone, as this run learned from images");
    }
    return texts.stream().map(console::path).toList();
  }

  private void tell(
      Optional<Predictions> file,
      List<Map<String, Object>> rows,
      List<String> names,
      List<Classification> results)
      throws IOException {
    if (file.isPresent()) {
      file.get().write(rows, results, note -> console.err().println("note: " + note));
    }
    if (json || file.isEmpty()) {
      print(rows, names, results);
    } else {
      console.out().println("written: " + console.path(output) + " (" + rows.size() + " rows)");
    }
  }

  /**
   * Prints results.
   *
   * @param rows what JSON says of each input
   * @param names what a line says of each input
   */
  private void print(
      List<Map<String, Object>> rows, List<String> names, List<Classification> results) {
    List<Map<String, Object>> told = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      if (json) {
        Map<String, Object> row = new LinkedHashMap<>(rows.get(i));
        row.put("label", results.get(i).label());
        row.put("probabilities", results.get(i).probabilities());
        told.add(row);
      } else {
        // A text may have line breaks; a result has one line.
        console.out().println(plain(labels(results.get(i))) + "\t" + plain(names.get(i)));
      }
    }
    if (json) {
      console.out().println(Json.line(Map.of("results", told)));
    }
  }

  private static String plain(String text) {
    return text.replaceAll("\\R|\\p{Cntrl}|\\v", " ");
  }

  /**
   * The texts.
   *
   * @param shown gets what is told of each beside its label
   * @param whole whether that is all that the row of a file has
   */
  private List<TextInput> inputs(Recipe recipe, List<Map<String, Object>> shown, boolean whole) {
    List<TextInput> inputs = new ArrayList<>();
    for (TextInput text : texts(recipe, shown, whole)) {
      inputs.add(text);
      if (shown.size() < inputs.size()) {
        shown.add(row(text));
      }
    }
    return inputs;
  }

  private List<TextInput> texts(Recipe recipe, List<Map<String, Object>> shown, boolean whole) {
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

  private String labels(Classification result) {
    return result.probabilities().entrySet().stream()
        .limit(Math.max(1, top))
        .map(entry -> entry.getKey() + " " + Units.percent(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static Map<String, Object> row(Path image) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("image", image.toString());
    return row;
  }

  private static Map<String, Object> row(TextInput text) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("text", text.text());
    text.pair().ifPresent(pair -> row.put("pair", pair));
    return row;
  }
}
