package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.ExitCode;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.Verification;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code verify}: an exported adapter's or a merged model's logits against the adapter's. */
@Command(
    name = "verify",
    header = "Compares the logits of what was exported with the adapter's.",
    description =
        "Compares the logits of an exported adapter, or of a merged model, with those of the"
            + " adapter on its model, prompt by prompt, and counts where both have the same top"
            + " token or class. Ends with 6 if logits differ beyond the tolerance; top choices that"
            + " differ within it are told and change no exit code.")
public final class VerifyCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private AdapterOptions adapter;

  @Option(
      names = "--against",
      required = true,
      paramLabel = "DIR",
      description = "The exported adapter, or the merged model.")
  private String against;

  @Mixin private CheckOptions check;

  @Option(names = "--json", description = "Print the differences as one JSON object.")
  private boolean json;

  public VerifyCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    Verification verification =
        engine.verify(adapter.resolve(console), console.path(against), check.resolve(console));
    console
        .out()
        .print(json ? Json.line(verification.toMap()) + "\n" : Agreements.text(verification));
    return (verification.passed() ? ExitCode.DONE : ExitCode.CHECK).code();
  }
}
