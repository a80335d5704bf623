package dev.statecraft.cli;

import dev.statecraft.base.Shown;
import dev.statecraft.base.UsageException;
import dev.statecraft.cli.command.AdviseCommand;
import dev.statecraft.cli.command.BenchCommand;
import dev.statecraft.cli.command.ChatCommand;
import dev.statecraft.cli.command.CheckCommand;
import dev.statecraft.cli.command.ClassifyCommand;
import dev.statecraft.cli.command.CombineCommand;
import dev.statecraft.cli.command.DemoCommand;
import dev.statecraft.cli.command.EmbedCommand;
import dev.statecraft.cli.command.EvalCommand;
import dev.statecraft.cli.command.ExportCommand;
import dev.statecraft.cli.command.GenerateCommand;
import dev.statecraft.cli.command.ImportCommand;
import dev.statecraft.cli.command.InspectCommand;
import dev.statecraft.cli.command.MergeCommand;
import dev.statecraft.cli.command.PlanCommand;
import dev.statecraft.cli.command.SteerCommand;
import dev.statecraft.cli.command.StudyCommand;
import dev.statecraft.cli.command.TrainCommand;
import dev.statecraft.cli.command.VerifyCommand;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.DownloadDisplay;
import dev.statecraft.cli.terminal.ExitCode;
import dev.statecraft.cli.terminal.StopSignals;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.provenance.Environment;
import dev.statecraft.tensor.thread.ThreadCount;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line's entry point and root command. */
@Command(
    name = "statecraft",
    description = "Fine-tunes pretrained transformers by controlling their states.",
    mixinStandardHelpOptions = true,
    versionProvider = Statecraft.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    sortOptions = false,
    usageHelpAutoWidth = true,
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0 done, 2 bad arguments or recipe, 3 bad or missing input file, 4 numeric",
      "  fault, 5 out of memory, 6 failed check (verify, export), 130 interrupted"
    })
public final class Statecraft {
  /** The version that the build wrote down. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"statecraft " + Environment.version()};
    }
  }

  private static final String DEBUG = "--debug";

  @Option(names = DEBUG, scope = ScopeType.INHERIT, description = "Show stack traces of errors.")
  private boolean debug;

  @Option(
      names = "--threads",
      paramLabel = "N",
      scope = ScopeType.INHERIT,
      description =
          "Threads that compute; OMP_NUM_THREADS wins. Default: the processors there are.")
  private Integer threads;

  Statecraft() {}

  private OptionalInt threads() {
    return threads == null ? OptionalInt.empty() : OptionalInt.of(threads);
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Console console = Console.ofProcess();
    StopSignals.endTheProcess(console);
    Statecraft root = new Statecraft();
    Engine engine =
        new ModelEngine(
            new DownloadDisplay(console.progress()), root::threads, console.err()::println);
    System.exit(root.execute(console, engine, arguments));
  }

  /**
   * Runs a command.
   *
   * @return the exit code, see {@link ExitCode}
   */
  static int run(Console console, Engine engine, String... arguments) {
    return new Statecraft().execute(console, engine, arguments);
  }

  private int execute(Console console, Engine engine, String... arguments) {
    CommandLine line =
        new CommandLine(this)
            .addSubcommand("demo", new DemoCommand(console, engine))
            .addSubcommand("train", new TrainCommand(console, engine))
            .addSubcommand("eval", new EvalCommand(console, engine))
            .addSubcommand("generate", new GenerateCommand(console, engine))
            .addSubcommand("chat", new ChatCommand(console, engine, System.in))
            .addSubcommand("classify", new ClassifyCommand(console, engine))
            .addSubcommand("embed", new EmbedCommand(console, engine))
            .addSubcommand("inspect", new InspectCommand(console, engine))
            .addSubcommand("plan", new PlanCommand(console, engine))
            .addSubcommand("advise", new AdviseCommand(console, engine))
            .addSubcommand("check", new CheckCommand(console, engine))
            .addSubcommand("study", new StudyCommand(console, engine))
            .addSubcommand("export", new ExportCommand(console, engine))
            .addSubcommand("import", new ImportCommand(console, engine))
            .addSubcommand("merge", new MergeCommand(console, engine))
            .addSubcommand("combine", new CombineCommand(console, engine))
            .addSubcommand("steer", new SteerCommand(console, engine))
            .addSubcommand("verify", new VerifyCommand(console, engine))
            .addSubcommand("bench", new BenchCommand(console, engine))
            .setExecutionStrategy(this::start)
            .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
            .setParameterExceptionHandler((thrown, given) -> badArguments(console, thrown, given))
            .setExecutionExceptionHandler(
                (thrown, command, parsed) -> report(console, thrown, debug));
    // A command's header is its line in the list of commands; its help says more.
    line.getSubcommands().values().forEach(Statecraft::withoutHeader);
    try {
      return arguments.length == 0 ? usage(line) : line.execute(arguments);
    } catch (OutOfMemoryError | StackOverflowError e) {
      // The library hands its handlers exceptions only.
      return report(console, e, debug);
    }
  }

  private int start(CommandLine.ParseResult parsed) {
    try {
      threads().ifPresent(ThreadCount::checked);
    } catch (UsageException e) {
      List<CommandLine> commands = parsed.asCommandLineList();
      throw new CommandLine.ParameterException(
          commands.get(commands.size() - 1), "--" + e.getMessage(), e);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static void withoutHeader(CommandLine command) {
    command.setHelpSectionKeys(
        command.getHelpSectionKeys().stream()
            .filter(key -> !key.startsWith(CommandLine.Model.UsageMessageSpec.SECTION_KEY_HEADER))
            .toList());
  }

  private static int usage(CommandLine line) {
    line.usage(line.getErr());
    return ExitCode.USAGE.code();
  }

  private int badArguments(Console console, CommandLine.ParameterException thrown, String[] given) {
    if (Arrays.asList(given).contains(DEBUG)) {
      thrown.printStackTrace(console.err());
    }
    String command = thrown.getCommandLine().getCommandSpec().qualifiedName();
    String message = BadArguments.words(thrown, List.of(given));
    console.err().println("statecraft: " + Shown.line(message) + " (see " + command + " --help)");
    return ExitCode.USAGE.code();
  }

  private int report(Console console, Throwable thrown, boolean withTrace) {
    if (withTrace) {
      thrown.printStackTrace(console.err());
    }
    Failure failure = Failure.of(thrown);
    console.err().println("statecraft: " + failure.message());
    return failure.code().code();
  }
}
