package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.Classification;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.NamedAdapter;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.engine.TextInput;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.TaskRecipe.Classified;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code classify}: labels with probabilities from a tuned encoder or vision transformer. */
@Command(
    name = "classify",
    header = "Labels texts or images with the tuned model of a run.",
    description =
        "Labels texts or images with the tuned model of a run, with probabilities: one line for"
            + " each, or a file (--output) with a line for each row of the input. Several runs of"
            + " one model label each in turn; the model is loaded once, on the first run's"
            + " train.device.")
public final class ClassifyCommand implements Callable<Integer> {
  private static final String RUNS = "runs";
  private static final String LABEL = "label";
  private static final String PROBABILITIES = "probabilities";

  private final Console console;
  private final Engine engine;

  @Option(
      names = "--run",
      required = true,
      paramLabel = NamedAdapters.VALUE,
      description =
          "The run directory of a finished classification run. May be repeated for runs of one"
              + " model; each has a name, that of its directory if none is given.")
  private List<String> runs;

  @Mixin private LabelInputs inputs;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Write a row for each input into a .jsonl, .csv or .tsv file: all that the input's row"
              + " has, then label and probability (.jsonl: also all probabilities), of several runs"
              + " under their names.")
  private String output;

  @Option(
      names = "--top",
      defaultValue = "3",
      paramLabel = "N",
      description = "Show the N most probable labels (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(names = "--json", description = "Print all probabilities as one JSON object.")
  private boolean json;

  public ClassifyCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    Optional<Predictions> file =
        Optional.ofNullable(output).map(console::path).map(Predictions::new);
    List<NamedAdapter> named = NamedAdapters.read(console, "--run", runs);
    List<RunDirectory> directories =
        named.stream().map(run -> RunDirectory.open(run.path())).toList();
    List<Recipe> recipes = directories.stream().map(RunDirectory::recipe).toList();
    for (int i = 0; i < recipes.size(); i++) {
      require(directories, recipes, i);
    }
    OneBase.require(directories);
    tell(
        file,
        named.size() == 1
            ? one(directories.get(0), recipes.get(0), file.isPresent())
            : several(named, recipes, file.isPresent()));
    return 0;
  }

  /** All that is labelled at once must be of one kind. */
  private static void require(List<RunDirectory> directories, List<Recipe> recipes, int index) {
    Classified classified = recipes.get(index).task().classified();
    if (classified == Classified.NOTHING) {
      throw new RecipeException(
          directories.get(index).folder()
              + ": expected a run of the task classification or image-classification, found "
              + recipes.get(index).task().type());
    }
    if (classified != recipes.get(0).task().classified()) {
      throw new RecipeException(
          directories.get(index).folder()
              + ": expected a run of the task "
              + recipes.get(0).task().type()
              + " like the one before, found "
              + recipes.get(index).task().type());
    }
  }

  private Labelled one(RunDirectory directory, Recipe recipe, boolean whole) throws IOException {
    TunedModel model =
        new TunedModel(recipe.model(), Optional.of(directory.adapter()), recipe.quantize());
    if (recipe.task().classified() == Classified.IMAGES) {
      List<Path> images = inputs.images(console);
      return Labelled.of(
          images.stream().map(LabelInputs::row).toList(),
          inputs.arguments(),
          engine.classifyImages(recipe, model, images));
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    List<TextInput> texts = inputs.texts(console, recipe, rows, whole);
    return Labelled.of(
        rows,
        texts.stream().map(TextInput::text).toList(),
        engine.classify(recipe, model, texts, line -> console.err().println(line)));
  }

  /** Loads the model once; each run reads the inputs by its own columns. */
  private Labelled several(List<NamedAdapter> named, List<Recipe> recipes, boolean whole)
      throws IOException {
    boolean images = recipes.get(0).task().classified() == Classified.IMAGES;
    List<Map<String, Object>> rows = new ArrayList<>();
    List<List<TextInput>> texts = new ArrayList<>();
    if (images) {
      inputs.images(console).forEach(image -> rows.add(LabelInputs.row(image)));
    } else {
      for (Recipe recipe : recipes) {
        texts.add(inputs.texts(console, recipe, texts.isEmpty() ? rows : new ArrayList<>(), whole));
      }
    }
    Map<String, List<Classification>> results = new LinkedHashMap<>();
    TunedModel model =
        new TunedModel(
            recipes.get(0).model(), Optional.empty(), OneBase.quantization("--run", recipes));
    OneBase.requireDtype("--run", recipes);
    try (OpenModel open = engine.open(recipes.get(0), model)) {
      for (NamedAdapter run : named) {
        open.load(run.name(), run.path());
      }
      for (NamedAdapter run : named) {
        open.use(run.name());
        results.put(
            run.name(),
            images
                ? open.classifyImages(inputs.images(console))
                : open.classify(
                    texts.get(results.size()),
                    line -> console.err().println(run.name() + ": " + line)));
      }
    }
    return new Labelled(
        rows,
        images ? inputs.arguments() : texts.get(0).stream().map(TextInput::text).toList(),
        results);
  }

  private void tell(Optional<Predictions> file, Labelled labelled) throws IOException {
    if (file.isPresent()) {
      file.get().write(labelled, note -> console.err().println("note: " + note));
    }
    if (json || file.isEmpty()) {
      print(labelled);
    } else {
      console.out().println("written: " + console.path(output) + " (" + labelled.size() + " rows)");
    }
  }

  private void print(Labelled labelled) {
    if (json) {
      console.out().println(Json.line(Map.of("results", objects(labelled))));
      return;
    }
    for (int i = 0; i < labelled.size(); i++) {
      // A text may have line breaks; a result has one line.
      console
          .out()
          .println(
              results(labelled, i).entrySet().stream()
                      .map(result -> plain(labels(result.getKey(), result.getValue())) + "\t")
                      .collect(Collectors.joining())
                  + plain(labelled.names().get(i)));
    }
  }

  private static Map<String, Classification> results(Labelled labelled, int input) {
    Map<String, Classification> results = new LinkedHashMap<>();
    labelled.results().forEach((run, all) -> results.put(run, all.get(input)));
    return results;
  }

  private List<Map<String, Object>> objects(Labelled labelled) {
    Set<String> columns = new LinkedHashSet<>();
    labelled.rows().forEach(row -> columns.addAll(row.keySet()));
    List<String> added = labelled.hasSeveral() ? List.of(RUNS) : List.of(LABEL, PROBABILITIES);
    String free = FreeNames.prefix(columns, added);
    if (!free.isEmpty()) {
      console.err().println("note: " + FreeNames.note(added.stream().map(free::concat).toList()));
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (int i = 0; i < labelled.size(); i++) {
      Map<String, Object> row = new LinkedHashMap<>(labelled.rows().get(i));
      Map<String, Classification> results = results(labelled, i);
      if (labelled.hasSeveral()) {
        Map<String, Object> runsOfRow = new LinkedHashMap<>();
        results.forEach((run, result) -> runsOfRow.put(run, object("", result)));
        row.put(free + RUNS, runsOfRow);
      } else {
        row.putAll(object(free, results.get(Labelled.ONLY)));
      }
      objects.add(row);
    }
    return objects;
  }

  private static Map<String, Object> object(String prefix, Classification result) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(prefix + LABEL, result.label());
    object.put(prefix + PROBABILITIES, result.probabilities());
    return object;
  }

  private static String plain(String text) {
    return text.replaceAll("\\R|\\p{Cntrl}|\\v", " ");
  }

  private String labels(String run, Classification result) {
    return (run.equals(Labelled.ONLY) ? "" : run + ": ")
        + result.probabilities().entrySet().stream()
            .limit(Math.max(1, top))
            .map(entry -> entry.getKey() + " " + Units.percent(entry.getValue()))
            .collect(Collectors.joining(", "));
  }
}
