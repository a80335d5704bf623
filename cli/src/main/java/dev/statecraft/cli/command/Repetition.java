package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.ExitCode;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A run taken again from its provenance, and compared with it.
 *
 * @param original the run directory
 * @param provenance of the run
 */
record Repetition(Path original, Provenance provenance) {
  /**
   * Of the run in a folder.
   *
   * @throws dev.statecraft.base.InvalidInputException if it has no provenance
   */
  static Repetition of(Path folder) throws IOException {
    return new Repetition(folder, Provenance.read(RunDirectory.open(folder).provenance()));
  }

  /**
   * The run's recipe with its number of threads, for another folder; beside the run's unless one is
   * named.
   */
  Recipe recipe(Optional<Path> output) {
    String source = RunDirectory.open(original).provenance() + ": recipe";
    return provenance
        .threadsIn(Recipe.parse(provenance.recipe(), source, "repeat", List.of(), original))
        .withOutput(
            output.orElseGet(() -> original.resolveSibling(original.getFileName() + "-repeat")));
  }

  /**
   * Makes sure that all files are what they were, and says what else is not.
   *
   * @throws dev.statecraft.base.InvalidInputException naming the first file that has changed
   */
  void check(Recipe recipe, Engine engine, Console console) throws IOException {
    Origin now = engine.origin(recipe);
    provenance.check(RunDirectory.open(original).provenance().toString(), now.inputs());
    for (String difference : provenance.environment().differences(now.environment())) {
      console.err().println("not the same as in the run: " + difference);
    }
  }

  /** Says whether the same came out. */
  ExitCode compare(RunResult result, Console console) throws IOException {
    Path repeated = result.recipe().output();
    Optional<String> difference =
        provenance.firstDifference(Provenance.read(RunDirectory.open(repeated).provenance()));
    if (difference.isEmpty()) {
      console.err().println("the adapter is bit for bit that of " + original);
      return ExitCode.DONE;
    }
    console
        .err()
        .println(
            "statecraft: "
                + repeated.resolve("adapter").resolve(difference.get())
                + ": expected it to be bit for bit that of "
                + original
                + ", found another");
    return ExitCode.FAILED;
  }
}
