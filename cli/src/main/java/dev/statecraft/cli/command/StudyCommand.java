package dev.statecraft.cli.command;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.Foresight;
import dev.statecraft.studio.recipe.Differences;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.StudyRecipe;
import dev.statecraft.studio.report.StudyReport;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.study.PointResult;
import dev.statecraft.studio.study.Spread;
import dev.statecraft.studio.study.Study;
import dev.statecraft.studio.study.StudyPoint;
import dev.statecraft.studio.study.StudyResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code study}: a grid over one recipe. */
@Command(
    name = "study",
    header = "Runs a recipe with many settings and seeds, and compares them.",
    description =
        "Runs a recipe with every combination of some settings and with several seeds, each into a"
            + " run directory, and compares them: study.json, study.csv and study.html. Finished"
            + " runs are kept when it is started again; a run that fails is noted, and the study"
            + " goes on. It ends with 0 if any run finished.")
public final class StudyCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Spec private CommandSpec command;

  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "A study (recipe, grid, seeds, output), or a recipe with --grid beside it.")
  private String config;

  @Option(
      names = "--grid",
      paramLabel = "KEY=V,V",
      description = "Vary a key, such as method.name=lora,control. May be repeated.")
  private List<String> grid = List.of();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Run each combination with N seeds, from the recipe's on (default: 1).")
  private Integer seeds;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change the recipe of all runs. May be repeated.")
  private List<String> overrides = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The study's folder (default: studies/NAME).")
  private String output;

  @Option(names = "--force", description = "Run all anew, in place of what the folder holds.")
  private boolean force;

  @Option(names = "--json", description = "Print the results as one JSON object.")
  private boolean json;

  public StudyCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    if (seeds != null && seeds < 1) {
      throw new RecipeException("--seeds: expected 1 or more, found " + seeds);
    }
    StudyRecipe recipe =
        StudyRecipe.load(
            console.path(config),
            overrides,
            grid,
            seeds == null ? 0 : seeds,
            output == null ? null : console.path(output),
            console.folder());
    Study study = Study.of(recipe, console.folder(), force);
    try (Foresight foresight = engine.foresight()) {
      study.check(foresight::check);
    }
    Files.createDirectories(study.folder());
    String text = recipe.text();
    TrainRun run =
        new TrainRun(console, engine, command.commandLine().getParseResult().originalArgs());
    StudyResults results =
        study.run(
            new Study.Runner() {
              @Override
              public void run(Recipe point) throws IOException {
                run.run(point, RunDirectory.Existing.REPLACE);
              }

              @Override
              public void resume(Path interrupted) throws IOException {
                run.resume(interrupted);
              }
            },
            new Study.Listener() {
              @Override
              public void begins(StudyPoint point, int number, int count) {
                note("run " + number + " of " + count + ": " + point.name());
              }

              @Override
              public void over(StudyResults soFar) throws IOException {
                write(study.folder(), soFar, text);
              }

              @Override
              public void note(String line) {
                console.err().println(line);
              }
            });
    if (results.best().isEmpty()) {
      throw new InvalidInputException(
          "none of the study's "
              + study.size()
              + " runs finished; the first failure: "
              + results.failures().get(0).error().orElseThrow());
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("output", study.folder().toString());
      object.putAll(results.toMap());
      console.out().println(Json.line(object));
    } else {
      console.out().print(table(results));
      results.differences().notes().forEach(note -> console.out().println("note: " + note));
      console.out().println("study: " + study.folder());
    }
    return 0;
  }

  private static void write(Path folder, StudyResults results, String recipe) throws IOException {
    AtomicFile.write(folder.resolve("study.json"), Json.pretty(results.toMap()));
    AtomicFile.write(folder.resolve("study.csv"), results.toCsv());
    AtomicFile.write(folder.resolve("study.html"), StudyReport.html(results, recipe));
  }

  private String table(StudyResults results) {
    List<String> header = new ArrayList<>(List.of("settings", "trainable parameters"));
    List<String> differing = results.differences().keys();
    differing.forEach(key -> header.add(Differences.title(key)));
    results.metrics().forEach(metric -> header.add(metric.replace('_', ' ')));
    header.addAll(List.of("time", "peak", "runs", ""));
    Table table = new Table(header);
    for (StudyResults.Setting setting : results.settings()) {
      List<String> row = new ArrayList<>(List.of(setting.label()));
      boolean any = !setting.results().isEmpty();
      row.add(any ? Units.count(setting.results().get(0).trainableParameters()) : "");
      differing.forEach(key -> row.add(setting.others().getOrDefault(key, "")));
      results.metrics().forEach(metric -> row.add(any ? shown(setting.metric(metric)) : ""));
      row.add(any ? Units.seconds(setting.spread(PointResult::seconds).mean()) : "");
      row.add(
          any ? Units.bytes(Math.round(setting.spread(PointResult::peakBytes).mean())) : "failed");
      row.add(setting.results().size() + " of " + setting.runs());
      row.add(results.best().equals(Optional.of(setting)) ? "best" : "");
      table.row(row);
    }
    return table.render(console.columns());
  }

  /** {@code 0.9123 ± 0.0041}. */
  private static String shown(Spread spread) {
    return Units.decimal(spread.mean())
        + (spread.values().size() > 1 ? " ± " + Units.decimal(spread.deviation()) : "");
  }
}
