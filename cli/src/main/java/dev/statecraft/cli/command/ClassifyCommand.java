package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Classification;
import dev.statecraft.cli.engine.DataFiles;
import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.engine.TextInput;
import dev.statecraft.cli.engine.TunedModel;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.recipe.TaskRecipe;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Units;
import dev.statecraft.models.data.Row;
import dev.statecraft.models.data.TextColumns;
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
    description = "Labels texts or images with the tuned model of a run, with probabilities.")
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
    RunDirectory directory = RunDirectory.open(console.path(run));
    Recipe recipe = directory.recipe();
    TunedModel model =
        new TunedModel(recipe.model(), Optional.of(directory.adapter()), recipe.quantize());
    if (recipe.task() instanceof TaskRecipe.ImageClassification) {
      List<Path> images = images();
      print(
          images.stream().map(ClassifyCommand::row).toList(),
          texts,
          engine.classifyImages(recipe, model, images));
    } else if (recipe.task() instanceof TaskRecipe.Classification) {
      List<TextInput> inputs = inputs(recipe);
      print(
          inputs.stream().map(ClassifyCommand::row).toList(),
          inputs.stream().map(TextInput::text).toList(),
          engine.classify(recipe, model, inputs, line -> console.err().println(line)));
    } else {
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

  /**
   * Prints results.
   *
   * @param rows what JSON says of each input
   * @param names what a line says of each input
   */
  private void print(
      List<Map<String, Object>> rows, List<String> names, List<Classification> results) {
    for (int i = 0; i < results.size(); i++) {
      if (json) {
        rows.get(i).put("label", results.get(i).label());
        rows.get(i).put("probabilities", results.get(i).probabilities());
      } else {
        console.out().println(labels(results.get(i)) + "\t" + names.get(i));
      }
    }
    if (json) {
      console.out().println(Json.line(Map.of("results", rows)));
    }
  }

  private List<TextInput> inputs(Recipe recipe) {
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
