package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.InspectedModel;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code inspect}: the states and edges of a model by name. */
@Command(
    name = "inspect",
    header = "Lists a model's states and edges, and where methods attach.",
    description =
        "Lists the states and edges of a model with their shapes, and where each method attaches. "
            + "Reads no weights.")
public final class InspectCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The model: a folder, org/name[@revision] of the Hub, or builtin:minilm.")
  private String model;

  @Option(
      names = "--tuning",
      paramLabel = "METHOD",
      description =
          "Show the graph after a method: a name such as lora, or YAML such as "
              + "'{name: lora, rank: 4, layers: last 2}'.")
  private String tuning;

  @Option(names = "--all", description = "List every layer; otherwise the first stands for all.")
  private boolean all;

  @Option(names = "--json", description = "Print everything as one JSON object.")
  private boolean json;

  public InspectCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() {
    Optional<MethodRecipe> method = Optional.ofNullable(tuning).map(Methods::parse);
    InspectedModel inspected = engine.inspect(ModelChoice.absolute(console, model));
    Graph graph =
        method
            .map(wanted -> wanted.tuning(inspected.defaults()).apply(inspected.graph()))
            .orElse(inspected.graph());
    List<Attachment> attachments =
        method.isPresent() ? List.of() : Attachment.ofAll(inspected.graph(), inspected.defaults());
    GraphListing listing = new GraphListing(graph);
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("model", model);
      object.put("family", inspected.family());
      method.ifPresent(wanted -> object.put("method", wanted.name()));
      object.putAll(listing.toMap());
      object.put("methods", attachments.stream().map(Attachment::toMap).toList());
      console.out().println(Json.line(object));
    } else {
      console.out().print(listing.text(inspected.family(), all));
      if (!attachments.isEmpty()) {
        console
            .out()
            .print("\nWhere methods attach in each layer\n" + Attachment.table(attachments));
      }
    }
    return 0;
  }
}
