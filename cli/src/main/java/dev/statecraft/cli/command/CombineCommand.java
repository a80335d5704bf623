package dev.statecraft.cli.command;

import dev.statecraft.adapters.combine.OnCycle;
import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.base.UsageException;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.combine.CombineSettings;
import dev.statecraft.studio.combine.NamedRun;
import dev.statecraft.studio.engine.Engine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code combine}: several runs' adapters as one. */
@Command(
    name = "combine",
    header = "Makes one adapter of those of several runs.",
    description =
        "Makes one adapter of those of several runs of one base, which is checked by the hashes of"
            + " its weights. Edges with the same endpoints become one by --method; edges that one"
            + " run has are kept; what would close a cycle is refused or trimmed. Writes a run"
            + " directory, and scores every task with its own adapter, the combined one, and the"
            + " base.")
public final class CombineCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "[NAME=]DIR",
      description = "The run directory of a finished run; two or more.")
  private List<String> runs = List.of();

  @Option(
      names = "--method",
      defaultValue = "average",
      paramLabel = "METHOD",
      description =
          "average, linear, svd, ties, dare, knots, tsv, ziplora, klora (default:"
              + " ${DEFAULT-VALUE}).")
  private String method;

  @Option(
      names = "--weights",
      paramLabel = "A,B,...",
      description =
          "A number for each run: for linear, svd and ties. Edges that one run has are multiplied"
              + " by it too.")
  private String weights;

  @Option(
      names = "--rank",
      paramLabel = "R",
      description =
          "The most that a merged edge may have (default: the sum of the ranks; for svd the"
              + " largest).")
  private Integer rank;

  @Option(
      names = "--density",
      defaultValue = "0.5",
      paramLabel = "D",
      description = "Share of entries that ties and knots keep (default: ${DEFAULT-VALUE}).")
  private double density;

  @Option(
      names = "--drop",
      defaultValue = "0.5",
      paramLabel = "P",
      description = "Share of entries that dare drops (default: ${DEFAULT-VALUE}).")
  private double drop;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Of what dare drops, and of the steps of --tune (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--lambda",
      defaultValue = "0.01",
      paramLabel = "L",
      description =
          "Weight of ziplora's penalty on columns that two runs use (default: ${DEFAULT-VALUE}).")
  private double lambda;

  @Option(
      names = "--iterations",
      defaultValue = "200",
      paramLabel = "N",
      description = "Steps of ziplora's descent (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--rows",
      defaultValue = "512",
      paramLabel = "N",
      description =
          "Rows of each run's training data that ziplora reads of what enters an edge (default:"
              + " ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--on-cycle",
      defaultValue = "error",
      paramLabel = "error|trim",
      description = "What to do with an edge that would close a cycle (default: ${DEFAULT-VALUE}).")
  private String onCycle;

  @Option(
      names = "--head",
      paramLabel = "NAME",
      description =
          "Keep the head of this run alone (default: one for each task, of all its runs).")
  private String head;

  @Option(
      names = "--tune",
      defaultValue = "0",
      paramLabel = "N",
      description = "Go on for N steps on a mixture of the tasks' data (default: none).")
  private int tune;

  @Option(
      names = "--learning-rate",
      paramLabel = "LR",
      description = "Of these steps (default: the first run's).")
  private Double learningRate;

  @Option(names = "--no-scores", description = "Do not score the tasks.")
  private boolean unscored;

  @Option(
      names = "--plan",
      description =
          "Only say what would be merged, kept and trimmed, with ranks and bytes; no weights are"
              + " read.")
  private boolean plan;

  @Option(names = "--to", paramLabel = "DIR", description = "The run directory to make.")
  private String to;

  @Option(names = "--force", description = "Replace the combined run that is there.")
  private boolean force;

  @Option(names = "--json", description = "Print what came of it as one JSON object.")
  private boolean json;

  public CombineCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    if (to == null && !plan) {
      throw new UsageException("expected --to with the folder to make, or --plan");
    }
    CombineRequest request =
        new CombineRequest(
            NamedRun.parse(runs, console::path),
            settings(),
            Optional.ofNullable(head),
            tune,
            learningRate == null ? OptionalDouble.empty() : OptionalDouble.of(learningRate),
            !unscored,
            console.path(to == null ? "." : to),
            force);
    CombineOutcome outcome =
        plan
            ? engine.combinePlan(request)
            : engine.combine(request, line -> console.err().println(Shown.line(line)));
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      if (!plan) {
        object.put("to", request.to().toString());
      }
      object.putAll(outcome.toMap());
      console.out().println(Json.line(object));
      return 0;
    }
    if (plan) {
      outcome.notes().forEach(note -> console.err().println(Shown.line(note)));
    }
    console.out().print(new CombineTables(outcome).edges());
    if (!outcome.scores().isEmpty()) {
      console.out().println();
      console.out().print(new CombineTables(outcome).scores());
    }
    if (!plan) {
      console.out().println("written (" + outcome.method() + "): " + request.to());
    }
    return 0;
  }

  private CombineSettings settings() {
    return new CombineSettings(
        method,
        Optional.ofNullable(weights).map(CombineCommand::numbers),
        rank == null ? OptionalInt.empty() : OptionalInt.of(rank),
        density,
        drop,
        seed,
        lambda,
        iterations,
        rows,
        OnCycle.of(onCycle));
  }

  private static List<Double> numbers(String text) {
    List<Double> numbers = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      try {
        numbers.add(Double.valueOf(part.strip()));
      } catch (NumberFormatException e) {
        throw new UsageException(
            "--weights: expected numbers with commas between them, found '" + text + "'");
      }
    }
    return numbers;
  }
}
