package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.steer.SteerOutcome;
import dev.statecraft.studio.steer.SteerRequest;
import dev.statecraft.studio.steer.SteerSettings;
import dev.statecraft.studio.steer.SteeredLayer;
import dev.statecraft.studio.steer.SteeringEdge;
import dev.statecraft.studio.steer.SteeringLaw;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steer}: feedback from contrasting texts, without training. */
@Command(
    name = "steer",
    header = "Steers a language model by two files of texts, without training.",
    description =
        "Steers a causal language model from some texts towards others, without training: reads"
            + " where both end in every layer, computes gains by the linear quadratic regulator"
            + " along the layers, and writes an adapter with an edge of rank 1 at the output of"
            + " each layer, which 'generate', 'chat' and 'eval' load with --adapter DIR.")
public final class SteerCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "The model: a folder, or org/name[@revision] of the Hub.")
  private String model;

  @Option(
      names = "--positive",
      required = true,
      paramLabel = "FILE",
      description =
          "Texts that are as wanted: a text a line (.txt), or rows (.jsonl, .json, .csv, .tsv,"
              + " .parquet) with text, prompt, messages or what 'train' reads.")
  private String positive;

  @Option(
      names = "--negative",
      required = true,
      paramLabel = "FILE",
      description = "Texts that are not, likewise.")
  private String negative;

  @Option(
      names = "--chat",
      description =
          "Take each text as a user's turn, written as the model's chat template says, up to where"
              + " the reply begins.")
  private boolean chat;

  @Option(
      names = "--strength",
      defaultValue = "1",
      paramLabel = "L",
      description =
          "Where the states are pushed to: 0 to the mean of the negative texts, 1 to that of the"
              + " positive ones, 2 as far again (default: ${DEFAULT-VALUE}).")
  private double strength;

  @Option(
      names = "--layers",
      defaultValue = "all",
      paramLabel = "LAYERS",
      description =
          "Layers whose output gets an edge: all, first N, last N or a list such as 0,2,5-7"
              + " (default: ${DEFAULT-VALUE}). The last layer never has one.")
  private String layers;

  @Option(
      names = "--law",
      defaultValue = "edge",
      paramLabel = "edge|paper",
      description =
          "edge: what an edge adds goes through the next layer, and setpoints lie between the means"
              + " of the texts; paper: inputs enter the next state as they are, and setpoints are"
              + " --strength times the distance of the means, from 0 (default: ${DEFAULT-VALUE}).")
  private String law;

  @Option(
      names = "--state-cost",
      defaultValue = "10",
      paramLabel = "Q",
      description = "Of the squared distance from the setpoint (default: ${DEFAULT-VALUE}).")
  private double stateCost;

  @Option(
      names = "--input-cost",
      defaultValue = "10",
      paramLabel = "R",
      description = "Of the square of what edges add (default: ${DEFAULT-VALUE}).")
  private double inputCost;

  @Option(
      names = "--last-cost",
      defaultValue = "1",
      paramLabel = "F",
      description = "Of the squared distance at the last layer (default: ${DEFAULT-VALUE}).")
  private double lastCost;

  @Option(
      names = "--jacobian-texts",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "The layers' Jacobians are the mean over the first N texts of each file (default:"
              + " ${DEFAULT-VALUE}).")
  private int jacobianTexts;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "The adapter's folder to make.")
  private String to;

  @Option(names = "--force", description = "Replace the adapter that is there.")
  private boolean force;

  @Mixin private DeviceOption device;

  @Option(names = "--json", description = "Print what came of it as one JSON object.")
  private boolean json;

  public SteerCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    SteerRequest request =
        new SteerRequest(
            ModelChoice.absolute(console, model),
            console.path(positive),
            console.path(negative),
            chat,
            new SteerSettings(
                strength,
                LayerSelection.parse(layers),
                SteeringLaw.of(law),
                stateCost,
                inputCost,
                lastCost,
                jacobianTexts),
            device.device(),
            console.path(to),
            force);
    SteerOutcome outcome = engine.steer(request, line -> console.err().println(Shown.line(line)));
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("to", request.to().toString());
      object.putAll(outcome.toMap());
      console.out().println(Json.line(object));
      return 0;
    }
    console.out().print(table(outcome));
    console
        .out()
        .println(
            "shift at the last layer: "
                + Units.percent(outcome.shift())
                + " of the distance from the negative to the positive texts ("
                + Units.percent(outcome.predicted())
                + " if the layers were linear)");
    console.out().println("written: " + request.to());
    return 0;
  }

  private static String table(SteerOutcome outcome) {
    Table table =
        new Table(
            List.of("layer", "|e|", "positive", "negative", "after", "after", "|K v|", "v'K v"));
    for (SteeredLayer row : outcome.layers()) {
      table.row(
          List.of(
              String.valueOf(row.layer()),
              Units.decimal(row.contrast()),
              Units.decimal(row.before().positive()),
              Units.decimal(row.before().negative()),
              Units.decimal(row.after().positive()),
              Units.decimal(row.after().negative()),
              row.edge().map(SteeringEdge::gain).map(Units::decimal).orElse("-"),
              row.edge().map(SteeringEdge::share).map(Units::decimal).orElse("-")));
    }
    return table.render();
  }
}
