package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.PromptForm;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.quant.Quantization;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that name a model, tuned or not. */
final class ModelChoice {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model: a folder, org/name[@revision] of the Hub, or builtin:minilm.")
  private String model;

  @Option(names = "--adapter", paramLabel = "DIR", description = "The adapter to put on it.")
  private String adapter;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "In place of both: the run directory of a finished run.")
  private String run;

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

  TunedModel resolve(Console console) {
    if ((run == null) == (model == null) || (run != null && adapter != null)) {
      throw new RecipeException("expected either --run, or --model and perhaps --adapter");
    }
    if (run == null) {
      return new TunedModel(
          absolute(console, model),
          Optional.ofNullable(adapter).map(console::path),
          quantization(Quantization.NONE));
    }
    RunDirectory directory = RunDirectory.open(console.path(run));
    Recipe recipe = directory.recipe();
    return new TunedModel(
        recipe.model(),
        Optional.of(directory.adapter()),
        quantization(recipe.quantize()),
        PromptForm.of(recipe).orElse(PromptForm.AS_IS));
  }

  private Quantization quantization(Quantization otherwise) {
    return quantize == null ? otherwise : Quantization.of(quantize);
  }
}
