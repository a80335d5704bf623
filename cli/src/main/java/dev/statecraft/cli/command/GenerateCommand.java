package dev.statecraft.cli.command;

import dev.statecraft.base.Json;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.studio.engine.ChatRequest;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.GenerateRequest;
import dev.statecraft.studio.engine.Generation;
import dev.statecraft.studio.engine.NamedAdapter;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.engine.PromptForm;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.RecipeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: text from a causal language model, tuned or not. */
@Command(
    name = "generate",
    header = "Continues a text with a causal language model.",
    description =
        "Continues a text with a causal language model, as it is (--model) or as a run tuned it"
            + " (--run). With several adapters or runs: once with each, under its name.")
public final class GenerateCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private ModelChoice model;

  @Option(
      names = {"-p", "--prompt"},
      required = true,
      paramLabel = "TEXT",
      description = "The text to continue.")
  private String prompt;

  @Mixin private ReplyOptions options;

  @Option(
      names = "--chat",
      description =
          "Take the prompt as a user's turn: it is written as the model's chat template says, and"
              + " only the reply is printed. So it is without this option for a run that was"
              + " trained on conversations; a run's instructions are written in Alpaca's prompt.")
  private boolean chat;

  @Option(
      names = "--raw",
      description =
          "Give a run's model the prompt as it is, not written as the run's own prompts were.")
  private boolean raw;

  @Option(names = "--system", paramLabel = "TEXT", description = "What a conversation begins with.")
  private String system;

  @Option(
      names = "--use",
      paramLabel = "NAME",
      description =
          "Of several adapters or runs this one alone; none is the model without an adapter.")
  private String use;

  @Option(
      names = "--json",
      description =
          "Print text and figures as one JSON object; those of several adapters are its answers.")
  private boolean json;

  private boolean begun;

  /** Whether prompt and completion are one text. */
  private boolean whole;

  public GenerateCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    ChosenModel chosen = model.choose(console, Optional.ofNullable(use));
    if (chosen.hasSeveral()) {
      continueWithEach(chosen);
      return 0;
    }
    TunedModel tuned = chosen.alone();
    PromptForm form = form(tuned.trained());
    whole = form == PromptForm.AS_IS;
    Generation generation =
        form == PromptForm.CHAT
            ? reply(tuned.withTrained(form))
            : engine.generate(request(tuned, form), this::show);
    show("");
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("prompt", prompt);
      object.putAll(figures(form, generation));
      console.out().println(Json.line(object));
    } else {
      console.out().println();
      tell("", form, generation);
    }
    return 0;
  }

  /** Loads the model once, and continues the text with one adapter after another. */
  private void continueWithEach(ChosenModel chosen) throws IOException {
    ChatRequest request = options.chat(chosen.untuned(), chosen.adapters());
    List<Map<String, Object>> answers = new ArrayList<>();
    try (OpenModel open = engine.open(request.model(), request.dtype(), request.device())) {
      Map<String, PromptForm> forms = new LinkedHashMap<>();
      for (NamedAdapter adapter : chosen.adapters()) {
        open.load(adapter.name(), adapter.path());
        open.use(adapter.name());
        forms.put(adapter.name(), form(open.trained()));
      }
      for (Map.Entry<String, PromptForm> adapter : forms.entrySet()) {
        PromptForm form = adapter.getValue();
        open.use(adapter.getKey());
        whole = form == PromptForm.AS_IS;
        begun = false;
        if (!json) {
          console.out().println(adapter.getKey() + ":");
        }
        Generation generation =
            form == PromptForm.CHAT
                ? open.reply(messages(), request.maxNewTokens(), request.sampling(), this::show)
                : open.generate(
                    prompt, form, request.maxNewTokens(), request.sampling(), this::show);
        show("");
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("adapter", adapter.getKey());
        answer.putAll(figures(form, generation));
        answers.add(answer);
        if (!json) {
          console.out().println();
          tell(adapter.getKey() + ": ", form, generation);
        }
      }
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("prompt", prompt);
      object.put("answers", answers);
      console.out().println(Json.line(object));
    }
  }

  private Map<String, Object> figures(PromptForm form, Generation generation) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("form", form.name().toLowerCase(Locale.ROOT));
    object.put("text", whole ? prompt + generation.text() : generation.text());
    object.put("completion", generation.text());
    object.put("prompt_tokens", generation.promptTokens());
    object.put("new_tokens", generation.newTokens());
    object.put("ended", generation.ended());
    object.put("seconds", generation.seconds());
    object.put("tokens_per_second", tokensPerSecond(generation));
    return object;
  }

  private void tell(String before, PromptForm form, Generation generation) {
    console
        .err()
        .println(
            before
                + Units.count(generation.newTokens())
                + " tokens, "
                + Units.count(Math.round(tokensPerSecond(generation)))
                + " tokens/s"
                + (generation.ended() ? "" : ", " + generation.ending())
                + "; "
                + form.words());
  }

  private PromptForm form(PromptForm trained) {
    if (chat && raw) {
      throw new RecipeException("expected either --chat or --raw, found both");
    }
    PromptForm form = chat ? PromptForm.CHAT : raw ? PromptForm.AS_IS : trained;
    if (system != null && form != PromptForm.CHAT) {
      throw new RecipeException("--system: expected --chat beside it, found none");
    }
    return form;
  }

  private GenerateRequest request(TunedModel tuned, PromptForm form) {
    return new GenerateRequest(
        tuned,
        prompt,
        form,
        options.maxNewTokens(),
        options.sampling(),
        options.dtype(),
        options.device());
  }

  private Generation reply(TunedModel tuned) throws IOException {
    List<Generation> replies = new ArrayList<>();
    engine.chat(
        options.chat(tuned, List.of()),
        session -> replies.add(session.reply(messages(), this::show, () -> false)));
    return replies.get(0);
  }

  private List<ChatMessage> messages() {
    List<ChatMessage> messages = new ArrayList<>();
    if (system != null) {
      messages.add(ChatMessage.system(system));
    }
    messages.add(ChatMessage.user(prompt));
    return messages;
  }

  /**
   * Shows the text as it grows, the prompt first if it is part of one text, but not before the
   * model is there.
   */
  private void show(String piece) {
    if (!json) {
      console.out().print(begun || !whole ? piece : prompt + piece);
      begun = true;
      console.out().flush();
    }
  }

  private static double tokensPerSecond(Generation generation) {
    return generation.seconds() > 0 ? generation.newTokens() / generation.seconds() : 0;
  }
}
