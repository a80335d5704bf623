package dev.statecraft.cli.command;

import dev.statecraft.adapters.AdapterFormat;
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

/** {@code export}: an adapter in a format that others read. */
@Command(
    name = "export",
    header = "Writes an adapter for others, in PEFT's format or in ours.",
    description =
        "Writes an adapter for others: in PEFT's format (lora, dora, ia3, vera, adalora), in ours"
            + " (every method), as the checkpoints of the paper's reference implementation (control"
            + " methods), or as its authors' newer code saves edges between modules (low-rank"
            + " control, lora). Its logits are compared with the adapter's before anything is in"
            + " place.")
public final class ExportCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private AdapterOptions adapter;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "peft, control, paper or stateft (default: peft for lora, dora, ia3, vera and adalora,"
              + " else control).")
  private String format;

  @Option(
      names = "--base-name",
      paramLabel = "NAME",
      description = "What the exported settings call the base model, such as its name on the Hub.")
  private String baseName;

  @Mixin private OutputOptions output;

  @Option(names = "--no-verify", description = "Do not compare logits.")
  private boolean unverified;

  @Mixin private CheckOptions check;

  public ExportCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    AdapterSource source = adapter.resolve(console);
    output.report(
        console,
        engine.export(
            new ExportRequest(
                source,
                Optional.ofNullable(format).map(AdapterFormat::of),
                Optional.ofNullable(baseName),
                output.to(console),
                output.force(),
                unverified ? Optional.empty() : Optional.of(check.resolve(console)))));
    return 0;
  }
}
