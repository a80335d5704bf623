package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.base.UsageException;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviceBudget;
import dev.statecraft.studio.advise.AdviceFolder;
import dev.statecraft.studio.advise.AdviceJson;
import dev.statecraft.studio.advise.AdviceScore;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.report.AdvicePage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code advise}: which edges are worth their memory. */
@Command(
    name = "advise",
    header = "Says which edges are worth their memory, before any training.",
    description =
        "Says which edges of a recipe's model are worth their memory on its data, before any"
            + " training: ranks what control can go around (blocks) or along (linears), chooses as"
            + " many as fit a budget, and writes a page with heat maps, the same as JSON, and the"
            + " recipe that trains the chosen edges.")
public final class AdviseCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private RecipeOptions recipes;
  @Mixin private BudgetOption budget;

  @Option(
      names = "--parameters",
      paramLabel = "N",
      description = "In place of --budget: train N parameters at most, beside those of a head.")
  private Long parameters;

  @Option(
      names = "--edges",
      paramLabel = "K",
      description = "In place of --budget: choose K edges (default: a quarter of the candidates).")
  private Integer edges;

  @Option(
      names = "--places",
      paramLabel = "PLACE,...",
      description =
          "Blocks (attn, mlp, block) and linears (q_proj, ...) to choose from (default: all"
              + " blocks).")
  private String places;

  @Option(
      names = "--score",
      defaultValue = "last",
      paramLabel = "SCORE",
      description =
          "Rank by controllability, gain or gradient, or without data: uniform, first, last"
              + " (default: ${DEFAULT-VALUE}).")
  private String score;

  @Option(
      names = "--function",
      defaultValue = "low-rank",
      paramLabel = "FUNCTION",
      description =
          "What a chosen edge computes, as in recipes: low-rank, bottleneck, gated, ..."
              + " (default: ${DEFAULT-VALUE}).")
  private String function;

  @Option(
      names = "--examples",
      defaultValue = "64",
      paramLabel = "N",
      description = "Look at N training examples at most (default: ${DEFAULT-VALUE}).")
  private int examples;

  @Option(
      names = "--head-steps",
      defaultValue = "30",
      paramLabel = "N",
      description =
          "Give a fresh head N steps before, so that outputs mean something (default:"
              + " ${DEFAULT-VALUE}).")
  private int headSteps;

  @Option(
      names = "--dry",
      description = "Only tell sizes: no weights are read, and a config.json is enough.")
  private boolean dry;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The folder to make (default: advice/NAME).")
  private String output;

  @Option(names = "--force", description = "Replace the advice that the folder holds.")
  private boolean force;

  @Option(names = "--json", description = "Print the advice as one JSON object.")
  private boolean json;

  public AdviseCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    AdviseRequest request = request(recipes.load(console));
    AdviceFolder folder =
        AdviceFolder.at(console.path(output == null ? "advice/" + recipes.name() : output), force);
    Advice advice = engine.advise(request, line -> console.err().println(Shown.line(line)));
    folder.write(advice, AdvicePage.html(request, advice));
    if (json) {
      console.out().println(Json.line(AdviceJson.map(advice, folder.recipe())));
      return 0;
    }
    console.out().print(new AdviceTables(advice).text(console.columns()));
    console.out().println("written: " + folder.page());
    console.out().println("go on: ./statecraft train -c " + folder.recipe());
    return 0;
  }

  private AdviseRequest request(Recipe recipe) {
    List<String> named = places();
    OptionalLong bytes = budget.bytes(recipe.train().device());
    checkBudgets(bytes.isPresent());
    try {
      return new AdviseRequest(
          recipe,
          named,
          budget(bytes),
          AdviceScore.parse(score),
          function,
          examples,
          headSteps,
          dry);
    } catch (UsageException e) {
      // It names what would be an option here.
      throw new UsageException("--" + e.getMessage(), e);
    }
  }

  private List<String> places() {
    if (places == null) {
      return List.of();
    }
    List<String> named =
        Arrays.stream(places.split(",", -1)).map(String::strip).distinct().toList();
    if (named.contains("")) {
      throw new UsageException(
          "--places: expected names with commas between them, such as attn,mlp, found '"
              + places
              + "'");
    }
    return named;
  }

  private void checkBudgets(boolean hasBytes) {
    List<String> given = new ArrayList<>();
    if (hasBytes) {
      given.add("--budget");
    }
    if (parameters != null) {
      given.add("--parameters");
    }
    if (edges != null) {
      given.add("--edges");
    }
    if (given.size() > 1) {
      throw new UsageException(
          "expected one of --budget, --parameters and --edges, found "
              + String.join(" and ", given));
    }
  }

  private Optional<AdviceBudget> budget(OptionalLong bytes) {
    if (bytes.isPresent()) {
      return Optional.of(new AdviceBudget.Bytes(bytes.getAsLong()));
    }
    if (parameters != null) {
      return Optional.of(new AdviceBudget.Parameters(parameters));
    }
    return Optional.ofNullable(edges).map(AdviceBudget.Edges::new);
  }
}
