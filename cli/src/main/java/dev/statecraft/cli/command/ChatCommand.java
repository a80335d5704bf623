package dev.statecraft.cli.command;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Interruptions;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.studio.engine.ChatSession;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.Generation;
import dev.statecraft.studio.engine.PromptForm;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.RecipeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code chat}: a conversation with a causal language model, tuned or not. */
@Command(
    name = "chat",
    header = "Talks with a causal language model, a line at a time.",
    description =
        "Talks with a causal language model, a line at a time; lines may be piped in. "
            + "A run's lines are written as its prompts were: conversations or instructions. "
            + "/adapters lists adapters, /adapter NAME lets another one reply (none: the model"
            + " itself). "
            + "/reset begins again, /exit or the end of the input ends. Ctrl-C stops a reply.")
public final class ChatCommand implements Callable<Integer> {
  private static final String RESET = "/reset";
  private static final String EXIT = "/exit";
  private static final String ADAPTER = "/adapter";
  private static final String ADAPTERS = "/adapters";

  private final Console console;
  private final Engine engine;
  private final InputStream in;

  @Mixin private ModelChoice model;

  @Mixin private ReplyOptions options;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "What the conversation begins with.")
  private String system;

  /**
   * The command.
   *
   * @param in where the user's lines come from, UTF-8
   */
  public ChatCommand(Console console, Engine engine, InputStream in) {
    this.console = console;
    this.engine = engine;
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    ChosenModel chosen = model.choose(console, Optional.empty());
    TunedModel tuned = chosen.isAlone() ? chosen.alone() : chosen.untuned();
    if (system != null && !chosen.hasSeveral() && chosen.alone().trained() == PromptForm.ALPACA) {
      throw new RecipeException(
          "--system: expected a model of conversations, found a run of instructions, whose prompt"
              + " has no place for it");
    }
    engine.chat(options.chat(tuned, chosen.isAlone() ? List.of() : chosen.adapters()), this::talk);
    return 0;
  }

  private void talk(ChatSession session) throws IOException {
    boolean interactive = console.terminal();
    console.err().println(session.format());
    if (interactive) {
      console
          .err()
          .println(
              (session.adapters().size() > 1
                      ? "/adapters lists adapters, /adapter NAME takes one, "
                      : "")
                  + "/reset begins again, /exit ends, Ctrl-C stops a reply");
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    List<ChatMessage> messages = beginning();
    try (Interruptions interruptions = Interruptions.take()) {
      while (true) {
        if (interactive) {
          console.err().print("> ");
          console.err().flush();
        }
        String line = lines.readLine();
        String[] words =
            line == null ? new String[0] : line.strip().split("\\p{javaWhitespace}+", 2);
        if (line == null || line.strip().equals(EXIT)) {
          return;
        } else if (line.strip().equals(RESET)) {
          messages = beginning();
        } else if (line.strip().equals(ADAPTERS) || line.strip().equals(ADAPTER)) {
          list(session);
        } else if (words[0].equals(ADAPTER)) {
          use(session, words[1]);
        } else if (!line.isBlank()) {
          answer(session, messages, line, interruptions);
        }
      }
    }
  }

  private void list(ChatSession session) {
    String used = session.adapter();
    session
        .adapters()
        .forEach(name -> console.err().println((name.equals(used) ? "* " : "  ") + name));
  }

  /** Another one goes on with the conversation, or the same if that cannot. */
  private void use(ChatSession session, String adapter) {
    String before = session.format();
    try {
      session.use(adapter);
      console.err().println("(" + session.adapter() + " replies)");
      if (!session.format().equals(before)) {
        console.err().println(session.format());
      }
    } catch (UsageException | InvalidInputException e) {
      console.err().println("statecraft: " + e.getMessage());
    }
  }

  private List<ChatMessage> beginning() {
    List<ChatMessage> messages = new ArrayList<>();
    if (system != null) {
      messages.add(ChatMessage.system(system));
    }
    return messages;
  }

  /** Adds the user's turn and the reply, or neither if there can be no reply. */
  private void answer(
      ChatSession session, List<ChatMessage> messages, String line, Interruptions interruptions) {
    messages.add(ChatMessage.user(line));
    interruptions.begin();
    try {
      Generation reply = session.reply(messages, this::show, interruptions::stopped);
      messages.add(ChatMessage.assistant(reply.text()));
      console.out().println();
      if (!reply.ended()) {
        console.err().println("(" + reply.ending() + ")");
      }
    } catch (InvalidInputException e) {
      // Such as a context that is full: the user can still begin again.
      messages.remove(messages.size() - 1);
      console.err().println("statecraft: " + e.getMessage());
    } finally {
      interruptions.end();
    }
  }

  private void show(String piece) {
    console.out().print(piece);
    console.out().flush();
  }
}
