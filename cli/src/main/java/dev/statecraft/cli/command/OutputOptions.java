package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.Exported;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where an adapter or a model is written, and how that is reported. */
final class OutputOptions {
  @Option(names = "--to", required = true, paramLabel = "DIR", description = "The folder to make.")
  private String to;

  @Option(names = "--force", description = "Replace the adapter or model that is there.")
  private boolean force;

  @Option(names = "--json", description = "Print what was written as one JSON object.")
  private boolean json;

  Path to(Console console) {
    return console.path(to);
  }

  boolean force() {
    return force;
  }

  void report(Console console, Exported exported) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("to", to(console).toString());
      object.put("written", exported.what());
      object.put("notes", exported.notes());
      exported.verification().ifPresent(found -> object.put("verification", found.toMap()));
      console.out().println(Json.line(object));
      return;
    }
    exported.notes().forEach(note -> console.err().println(Shown.line(note)));
    exported.verification().ifPresent(found -> console.out().print(Agreements.text(found)));
    console.out().println("written (" + exported.what() + "): " + to(console));
  }
}
