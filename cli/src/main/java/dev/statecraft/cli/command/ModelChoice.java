package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.NamedAdapter;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;
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
              + " the run).")
  private String quantize;

  /** The name of a model as the engine takes it. */
  static String absolute(Console console, String model) {
    return Recipe.modelName(model, console.folder());
  }

  ChosenModel choose(Console console) {
    if (runs.isEmpty() == (model == null) || (!runs.isEmpty() && !adapters.isEmpty())) {
      throw new RecipeException("expected either --run, or --model and perhaps --adapter");
    }
    if (runs.isEmpty()) {
      return new ChosenModel(
          absolute(console, model),
          quantize == null ? Quantization.NONE : Quantization.of(quantize),
          NamedAdapters.read(console, "--adapter", adapters));
    }
    List<NamedAdapter> named = NamedAdapters.read(console, "--run", runs);
    List<Recipe> recipes =
        named.stream().map(run -> RunDirectory.open(run.path()).recipe()).toList();
    return new ChosenModel(
        recipes.get(0).model(),
        quantize == null ? ChosenModel.quantizationOf(recipes) : Quantization.of(quantize),
        named);
  }
}
