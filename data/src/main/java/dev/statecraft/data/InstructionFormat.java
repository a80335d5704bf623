package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The shapes that a row of an instruction-tuning dataset can have. */
public enum InstructionFormat {
  /**
   * {@code instruction}, {@code output} and optionally {@code input}, rendered by {@link
   * AlpacaPrompt}; the output is learned. LLaMA-Factory's {@code system} takes the place of the
   * prompt's fixed opening, and its {@code history}, a list of earlier pairs of an instruction and
   * an answer, comes first.
   */
  ALPACA,

  /**
   * {@code messages}, a list of {@code role} and {@code content}, and optionally {@code system} and
   * {@code tools}; assistant turns are learned unless they say otherwise, see {@link
   * ChatMessage#listOf}.
   */
  MESSAGES,

  /**
   * {@code conversations}, a list of ShareGPT's {@code from} and {@code value}; otherwise as {@link
   * #MESSAGES}.
   */
  SHAREGPT,

  /** {@code prompt} and {@code completion}, joined as they are; the completion is learned. */
  PROMPT_COMPLETION,

  /** {@code text}, all of it learned. */
  TEXT;

  /**
   * The format with this name: {@code alpaca}, {@code messages}, {@code sharegpt}, {@code
   * prompt_completion} or {@code text}.
   *
   * @throws InvalidInputException if there is none
   */
  public static InstructionFormat named(String name) {
    return Arrays.stream(values())
        .filter(format -> format.formatName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "instruction: expected one of " + names() + ", found '" + name + "'"));
  }

  /**
   * The format that a row's columns show. {@code text} is the answer only where no other format
   * fits, since Alpaca's own files repeat the rendered example in a column of that name.
   *
   * @throws InvalidInputException if no format fits, or more than one
   */
  public static InstructionFormat detect(Row row) {
    List<InstructionFormat> fitting =
        Arrays.stream(values())
            .filter(
                format ->
                    format != TEXT && row.values().keySet().containsAll(format.requiredColumns()))
            .toList();
    if (fitting.size() > 1) {
      throw new InvalidInputException(
          row.where()
              + ": the columns "
              + row.values().keySet()
              + " fit more than one instruction format; name one of "
              + fitting.stream().map(InstructionFormat::formatName).toList());
    }
    if (fitting.isEmpty() && !row.values().containsKey("text")) {
      throw new InvalidInputException(
          row.where()
              + ": the columns "
              + row.values().keySet()
              + " fit no instruction format; expected "
              + Arrays.stream(values())
                  .map(format -> String.join(" + ", format.requiredColumns()))
                  .collect(Collectors.joining(", or ")));
    }
    return fitting.isEmpty() ? TEXT : fitting.get(0);
  }

  /** Whether a row is a conversation, which a model's chat template renders. */
  public boolean isConversation() {
    return this == MESSAGES || this == SHAREGPT;
  }

  /** The name that a configuration uses. */
  public String formatName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A row's segments, with conversations in the plain format of {@link ChatRenderer#plain()}.
   *
   * @throws InvalidInputException if a column is missing or of another type
   */
  public List<Segment> segments(Row row) {
    return segments(row, ChatRenderer.plain());
  }

  /**
   * A row's segments, in the order of the text.
   *
   * @param chat renders conversations; the other formats do not use it
   * @throws InvalidInputException if a column is missing or of another type
   */
  public List<Segment> segments(Row row, ChatRenderer chat) {
    return switch (this) {
      case ALPACA -> AlpacaRow.segments(row);
      case MESSAGES, SHAREGPT ->
          List.copyOf(chat.render(Conversation.of(row, requiredColumns().get(0))));
      case PROMPT_COMPLETION ->
          List.of(Segment.prompt(row.text("prompt")), Segment.completion(row.text("completion")));
      case TEXT -> List.of(Segment.completion(row.text("text")));
    };
  }

  /**
   * What a row holds that neither this format nor what renders its conversations reads: columns,
   * and of turns {@code messages[].key}. What is null or empty is not among it.
   */
  public Set<String> unread(Row row, ChatRenderer chat) {
    return UnreadKeys.of(this, row, chat);
  }

  /** The columns that it reads of a row. */
  List<String> readColumns() {
    return switch (this) {
      case ALPACA ->
          List.of("instruction", "input", "output", Conversation.SYSTEM, AlpacaRow.HISTORY);
      case MESSAGES -> List.of("messages", Conversation.SYSTEM);
      case SHAREGPT -> List.of("conversations", Conversation.SYSTEM);
      case PROMPT_COMPLETION, TEXT -> requiredColumns();
    };
  }

  /** All columns that any format reads. */
  public static List<String> columns() {
    return List.of(
        "instruction",
        "input",
        "output",
        AlpacaRow.HISTORY,
        "messages",
        "conversations",
        Conversation.SYSTEM,
        Conversation.TOOLS,
        "prompt",
        "completion",
        "text");
  }

  List<String> requiredColumns() {
    return switch (this) {
      case ALPACA -> List.of("instruction", "output");
      case MESSAGES -> List.of("messages");
      case SHAREGPT -> List.of("conversations");
      case PROMPT_COMPLETION -> List.of("prompt", "completion");
      case TEXT -> List.of("text");
    };
  }

  private static List<String> names() {
    return Arrays.stream(values()).map(InstructionFormat::formatName).toList();
  }
}
