package dev.statecraft.cli.command;

import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.terminal.Console;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A recipe file and what is changed in it. */
final class RecipeOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "RECIPE",
      description = "The recipe, a YAML file.")
  private String config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change the recipe, such as train.epochs=5. May be repeated.")
  private List<String> overrides = List.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Where a command was told to take its recipe from elsewhere. */
  void refuse(String option) {
    if (config != null || !overrides.isEmpty()) {
      throw new ParameterException(
          command.commandLine(), option + ": expected neither --config nor --set beside it");
    }
  }

  /** Commands that can do without a recipe ask for it here, not when arguments are parsed. */
  Recipe load(Console console) throws IOException {
    if (config == null) {
      throw new ParameterException(
          command.commandLine(), "Missing required option: '--config=RECIPE'");
    }
    return Recipe.load(console.path(config), overrides, console.folder());
  }
}
