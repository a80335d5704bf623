package dev.statecraft.cli.command;

import dev.statecraft.cli.terminal.Console;
import dev.statecraft.studio.engine.AdapterSource;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.ExportRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code import}: an adapter of others as Statecraft saves its own. */
@Command(
    name = "import",
    header = "Takes over an adapter of PEFT's, or of the paper's code.",
    description =
        "Takes over an adapter of PEFT's, a checkpoint of the paper's reference implementation, or"
            + " an adapter of its authors' newer code (stateft), checks that it fits the model, and"
            + " writes it as Statecraft saves its own. The logits of both are compared before"
            + " anything is in place.")
public final class ImportCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "DIR",
      description = "The folder with adapter_config.json and the tensors.")
  private String from;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model it was trained on (default: as its settings say).")
  private String model;

  @Mixin private OutputOptions output;

  @Option(names = "--no-verify", description = "Do not compare logits.")
  private boolean unverified;

  @Mixin private CheckOptions check;

  public ImportCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    Optional<String> base =
        Optional.ofNullable(model).map(name -> ModelChoice.absolute(console, name));
    output.report(
        console,
        engine.export(
            new ExportRequest(
                new AdapterSource(console.path(from), base, Optional.empty()),
                Optional.empty(),
                base,
                output.to(console),
                output.force(),
                unverified ? Optional.empty() : Optional.of(check.resolve(console)))));
    return 0;
  }
}
