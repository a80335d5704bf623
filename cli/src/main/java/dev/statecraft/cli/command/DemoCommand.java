package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.recipe.MethodName;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.report.DemoReport;
import dev.statecraft.cli.run.AtomicFile;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.terminal.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: the main job on what comes with Statecraft, without network. */
@Command(
    name = "demo",
    description = {
      "Fine-tunes a small sentence encoder that comes with Statecraft on the bundled intents,",
      "with each method, and compares them. Needs no network."
    })
public final class DemoCommand implements Callable<Integer> {
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
      description = "Folder of the run directories; earlier ones are replaced (${DEFAULT-VALUE}).")
  private String output;

  @Option(
      names = "--report",
      defaultValue = "report.html",
      paramLabel = "FILE",
      description = "Where to write the comparison (default: ${DEFAULT-VALUE}).")
  private String report;

  @Option(names = "--json", description = "Print the results as one JSON object.")
  private boolean json;

  public DemoCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    methods.forEach(MethodName::of);
    Path folder = console.path(output);
    Path data = Files.createDirectories(folder.resolve("data"));
    DemoFiles.copy("intents-train.tsv", data);
    DemoFiles.copy("intents-test.tsv", data);
    List<RunResult> results = new ArrayList<>();
    for (String method : methods) {
      results.add(
          new TrainRun(console, engine, command.commandLine().getParseResult().originalArgs())
              .run(recipe(method, folder, data), RunDirectory.Existing.REPLACE));
    }
    Path reportFile = console.path(report);
    AtomicFile.write(reportFile, DemoReport.html(results));
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("report", reportFile.toString());
      object.put("runs", results.stream().map(result -> result.summary().toMap()).toList());
      console.out().println(Json.line(object));
    } else {
      console.out().print(ResultTables.runs(results));
      console.out().println("\nreport: " + reportFile);
    }
    return 0;
  }

  /** What each method learns these few sentences best with. */
  private static double learningRate(MethodName method) {
    return switch (method) {
      case PROBE -> 0.01;
      case LORA, DORA -> 0.002;
      case CONTROL, DOUBLE_CONTROL, CONTROL_AND_LORA, ADAPTER, EDGES -> 0.003;
      case FULL -> 0.0002;
    };
  }

  private Recipe recipe(String method, Path folder, Path data) {
    List<String> settings = new ArrayList<>();
    settings.add("method.name=" + method);
    settings.add("train.learning_rate=" + learningRate(MethodName.of(method)));
    settings.addAll(overrides);
    Recipe recipe =
        Recipe.parse(DemoFiles.text("recipe.yaml"), "the demo's recipe", method, settings, data);
    return recipe.withOutput(folder.resolve(method));
  }
}
