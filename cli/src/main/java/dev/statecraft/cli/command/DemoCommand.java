package dev.statecraft.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.report.DemoReport;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunResult;
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

/** {@code demo}: the main job on what comes with Statecraft, without network. */
@Command(
    name = "demo",
    header = "Tunes a bundled encoder with several methods and compares them.",
    description =
        "Fine-tunes a small sentence encoder that comes with Statecraft on the bundled intents,"
            + " with each method, and compares them: half a minute a method on two processors, no"
            + " network. Finished runs are kept when it is started again, and an interrupted one"
            + " goes on.")
public final class DemoCommand implements Callable<Integer> {
  private static final String TRAINING = "intents-train.tsv";

  /** What most methods, and the head with them, learn these few sentences best with. */
  private static final double LEARNING_RATE = 0.003;

  /** The same for others. */
  private static final Map<String, Double> LEARNING_RATES =
      Map.of("lora", 0.002, "dora", 0.002, "full", 0.0002, "probe", 0.01);

  private final Console console;
  private final Engine engine;

  @Option(
      names = "--methods",
      split = ",",
      defaultValue = "probe,lora,control",
      paramLabel = "METHOD",
      description = "Methods to compare, with commas between (default: ${DEFAULT-VALUE}).")
  private List<String> methods;

  @Spec private CommandSpec command;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change the recipe of all methods, such as train.epochs=1. May be repeated.")
  private List<String> overrides = List.of();

  @Option(
      names = {"-o", "--output"},
      defaultValue = "runs/demo",
      paramLabel = "DIR",
      description = "Folder of the run directories; finished ones are kept (${DEFAULT-VALUE}).")
  private String output;

  @Option(
      names = "--report",
      defaultValue = "report.html",
      paramLabel = "FILE",
      description = "Where to write the comparison (default: ${DEFAULT-VALUE}).")
  private String report;

  @Option(names = "--force", description = "Run again what is finished, in place of it.")
  private boolean force;

  @Option(names = "--json", description = "Print the results as one JSON object.")
  private boolean json;

  public DemoCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    methods.forEach(Methods::of);
    Path folder = console.path(output);
    Path data = Files.createDirectories(folder.resolve("data"));
    DemoFiles.copy(TRAINING, data);
    DemoFiles.copy("intents-test.tsv", data);
    List<DemoRun> runs = new ArrayList<>();
    for (String method : methods) {
      DemoRun run = new DemoRun(recipe(method, folder, data));
      if (!force) {
        run.requireSame();
      }
      runs.add(run);
    }
    introduce(runs.get(0).wanted());
    List<RunResult> results = new ArrayList<>();
    List<JsonNode> summaries = new ArrayList<>();
    for (DemoRun run : runs) {
      results.add(run(run));
      summaries.add(run.summary());
    }
    Path reportFile = console.path(report);
    AtomicFile.write(reportFile, DemoReport.html(results));
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("report", reportFile.toString());
      object.put("runs", summaries);
      console.out().println(Json.line(object));
    } else {
      console.out().print(ResultTables.runs(results, console.columns()));
      console.out().print(next(reportFile));
    }
    return 0;
  }

  /** What it is about to do, and for how long. */
  private void introduce(Recipe recipe) {
    List<String> rows = DemoFiles.text(TRAINING).lines().skip(1).toList();
    long intents =
        rows.stream().map(row -> row.substring(row.lastIndexOf('\t') + 1)).distinct().count();
    console
        .err()
        .println(
            "The demo tunes all-MiniLM-L6-v2, a sentence encoder of 22.7 million parameters that"
                + " comes with\nStatecraft, to tell the "
                + intents
                + " intents of "
                + rows.size()
                + " short requests apart: with "
                + String.join(", ", methods)
                + ",\n"
                + recipe.train().epochs()
                + " epochs each. A method takes about half a minute on two processors. Finished"
                + " runs are kept\nin "
                + console.path(output)
                + ".");
  }

  private RunResult run(DemoRun run) throws IOException {
    String method = run.wanted().method().name();
    Optional<RunResult> kept = force ? Optional.empty() : run.kept();
    if (kept.isPresent()) {
      console.err().println(method + ": finished earlier, kept (--force runs it again)");
      return kept.get();
    }
    console.err().println(method + ":");
    TrainRun training =
        new TrainRun(console, engine, command.commandLine().getParseResult().originalArgs());
    RunResult result = goneOn(run, training).orElse(null);
    if (result == null) {
      run.begins();
      result = training.run(run.wanted(), RunDirectory.Existing.REPLACE);
    }
    run.finished(result);
    return result;
  }

  /** From where an interrupted run was. */
  private Optional<RunResult> goneOn(DemoRun run, TrainRun training) throws IOException {
    if (force || !run.isInterrupted()) {
      return Optional.empty();
    }
    try {
      return Optional.of(training.resume(run.wanted().output()));
    } catch (InvalidInputException e) {
      console.err().println("cannot go on, begins anew: " + e.getMessage());
      return Optional.empty();
    }
  }

  private String next(Path reportFile) {
    String run = output + "/" + methods.get(methods.size() - 1);
    return "\nreport: "
        + reportFile
        + "\n\nNext\n"
        + "  ./statecraft classify --run "
        + run
        + " \"Where is my parcel?\"\n"
        + "  ./statecraft train -c RECIPE        your own data; start from "
        + run
        + "/recipe.yaml\n"
        + "  ./statecraft train --explain        every key of a recipe\n"
        + "  ./statecraft demo --methods dora    another method, beside these\n";
  }

  private Recipe recipe(String method, Path folder, Path data) {
    List<String> settings = new ArrayList<>();
    settings.add("method.name=" + method);
    double learningRate = LEARNING_RATES.getOrDefault(method, LEARNING_RATE);
    settings.add("train.learning_rate=" + learningRate);
    settings.add("train.head_learning_rate=" + learningRate);
    settings.addAll(overrides);
    Recipe recipe =
        Recipe.parse(DemoFiles.text("recipe.yaml"), "the demo's recipe", method, settings, data);
    return recipe.withOutput(folder.resolve(method));
  }
}
