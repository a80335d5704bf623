package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.NamedAdapter;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.Suggestion;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that name a model, tuned or not. */
final class ModelChoice {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model: a folder, org/name[@revision] of the Hub, or builtin:minilm.")
  private String model;

  @Option(
      names = "--adapter",
      paramLabel = NamedAdapters.VALUE,
      description =
          "The adapter to put on it: its folder, or the directory of its run. May be repeated:"
              + " the model is loaded once, and each adapter has a name, that of its run or folder"
              + " if none is given.")
  private List<String> adapters = List.of();

  @Option(
      names = "--run",
      paramLabel = NamedAdapters.VALUE,
      description =
          "In place of both: the run directory of a finished run. May be repeated for runs of one"
              + " model.")
  private List<String> runs = List.of();

  @Option(
      names = "--quantize",
      paramLabel = "FORMAT",
      description =
          "Frozen linears inside layers: none, int8, nf4, int4, int4-64, int4-128 (default: as in"
              + " the run, or in all adapters if they are runs).")
  private String quantize;

  /** Those of the command line, which picocli sets. */
  ModelChoice() {}

  /** What other options say. */
  ModelChoice(String model, List<String> adapters, List<String> runs, String quantize) {
    this.model = model;
    this.adapters = adapters;
    this.runs = runs;
    this.quantize = quantize;
  }

  /** The name of a model as the engine takes it. */
  static String absolute(Console console, String model) {
    return Recipe.modelName(model, console.folder());
  }

  /**
   * What they name.
   *
   * @param use the name of the only adapter to take, {@link OpenModel#NONE} for the model without
   *     one; empty for all
   */
  ChosenModel choose(Console console, Optional<String> use) throws IOException {
    if (runs.isEmpty() == (model == null) || (!runs.isEmpty() && !adapters.isEmpty())) {
      throw new RecipeException("expected either --run, or --model and perhaps --adapter");
    }
    String option = runs.isEmpty() ? "--adapter" : "--run";
    List<NamedAdapter> all = NamedAdapters.read(console, option, runs.isEmpty() ? adapters : runs);
    // Those that are not used say nothing of the model; where none is used, all say what it is.
    List<NamedAdapter> named = used(all, use);
    List<RunDirectory> directories =
        named.stream()
            .filter(adapter -> !runs.isEmpty() || RunDirectory.isAt(adapter.path()))
            .map(adapter -> RunDirectory.open(adapter.path()))
            .toList();
    if (!runs.isEmpty()) {
      OneBase.require(directories);
    }
    List<Recipe> recipes = directories.stream().map(RunDirectory::recipe).toList();
    boolean allRuns = !named.isEmpty() && directories.size() == named.size();
    Quantization held =
        quantize != null
            ? Quantization.of(quantize)
            : allRuns ? OneBase.quantization(option, recipes) : Quantization.NONE;
    if (quantize == null && !allRuns) {
      directories.forEach(run -> noteQuantized(console, run));
    }
    return new ChosenModel(
        runs.isEmpty() ? absolute(console, model) : recipes.get(0).model(),
        held,
        use.filter(OpenModel.NONE::equals).isPresent() ? List.of() : named);
  }

  /**
   * An adapter that is no run does not say what its base was held in, so that the run's may not.
   */
  private static void noteQuantized(Console console, RunDirectory run) {
    Quantization trained = run.recipe().quantize();
    if (trained != Quantization.NONE) {
      console
          .err()
          .println(
              "note: "
                  + run.folder()
                  + " was trained on a base held in "
                  + trained.label()
                  + ", which is held in "
                  + Quantization.NONE.label()
                  + " here; --quantize says otherwise");
    }
  }

  /** Of several adapters the one that is to be used, if one is named. */
  private static List<NamedAdapter> used(List<NamedAdapter> all, Optional<String> use) {
    List<String> names = new ArrayList<>(all.stream().map(NamedAdapter::name).toList());
    names.add(OpenModel.NONE);
    use.filter(name -> !names.contains(name))
        .ifPresent(
            name -> {
              throw new RecipeException(
                  "--use: expected one of "
                      + names
                      + ", found '"
                      + name
                      + "'"
                      + Suggestion.of(name, names));
            });
    return all.stream()
        .filter(
            adapter ->
                use.isEmpty()
                    || use.get().equals(OpenModel.NONE)
                    || use.get().equals(adapter.name()))
        .toList();
  }
}
