package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** A recipe file and what is changed in it. */
final class RecipeOptions {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "RECIPE",
      description = "The recipe, a YAML file.")
  private String config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change the recipe, such as train.epochs=5. May be repeated.")
  private List<String> overrides = List.of();

  Recipe load(Console console) throws IOException {
    return Recipe.load(console.path(config), overrides, console.folder());
  }

  /** The file's name without its ending. */
  String name() {
    return Recipe.nameOf(Path.of(config));
  }
}
