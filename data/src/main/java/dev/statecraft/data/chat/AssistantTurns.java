package dev.statecraft.data.chat;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.Segment;
import dev.statecraft.jinja.Rendering;
import dev.statecraft.jinja.Rendering.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds what the assistant says in the text of a conversation: all that the model would write from
 * the end of the generation prompt to the end-of-turn marker, which is included.
 *
 * <p>A template may mark it with {@code generation} tags; they are then taken as they are.
 * Otherwise the conversation is rendered up to each turn of the assistant, with the generation
 * prompt, and up to its end: what lies between is that turn. This holds where both are beginnings
 * of the whole text. Some templates write a turn in another way if others follow it (they drop
 * thoughts, or put the system's text elsewhere); then the turn is rendered with another content,
 * and what stays the same around it shows where it is. White space after the end-of-turn marker is
 * not part of the turn, as the model stops at the marker.
 */
final class AssistantTurns {
  /** Private characters, which no template trims, splits at or has of its own. */
  private static final String MARK = "\uE0F0\uE0F1\uE0F2";

  private final ChatTemplate template;
  private final String turnEnd;

  /** What a model's template says of turns. */
  AssistantTurns(ChatTemplate template) {
    this.template = template;
    turnEnd = turnEnd(template);
  }

  /** What follows the content of a last turn, such as {@code <|im_end|>} and a line break. */
  private static String turnEnd(ChatTemplate template) {
    Conversation probe =
        Conversation.of(List.of(ChatMessage.user("a"), ChatMessage.assistant(MARK)));
    return attempt(() -> template.render(probe, false).text())
        .filter(text -> text.contains(MARK))
        .map(text -> text.substring(text.lastIndexOf(MARK) + MARK.length()))
        .orElse("");
  }

  /** The marker that ends a turn; empty if there is none but white space. */
  String marker() {
    return turnEnd.strip();
  }

  /**
   * A conversation's segments, up to the end of the assistant's last turn.
   *
   * @throws InvalidInputException if the template cannot render it, or a turn cannot be found
   */
  List<Segment> segments(Conversation conversation) {
    if (!conversation.hasLearned()) {
      return List.of(Segment.prompt(template.render(conversation, false).text()));
    }
    Conversation needed = conversation.upToLastLearned();
    Rendering rendering = template.render(needed, false);
    List<Segment> segments = new ArrayList<>();
    int end = 0;
    for (Span span : learned(needed, rendering)) {
      if (span.start() > end) {
        segments.add(Segment.prompt(rendering.text().substring(end, span.start())));
      }
      segments.add(Segment.completion(rendering.text().substring(span.start(), span.end())));
      end = span.end();
    }
    return segments;
  }

  /** The parts of the learned turns, in order. */
  private List<Span> learned(Conversation conversation, Rendering rendering) {
    List<ChatMessage> turns =
        conversation.messages().stream().filter(ChatMessage::isAssistant).toList();
    List<Span> marked = rendering.generated();
    if (turns.stream().allMatch(ChatMessage::learned) && !marked.isEmpty()) {
      return marked;
    }
    List<Span> spans =
        marked.size() == turns.size() ? marked : found(conversation, rendering.text());
    List<Span> learned = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      Span turn = spans.get(i);
      if (!turns.get(i).learned()) {
        continue;
      }
      if (marked.isEmpty()) {
        learned.add(turn);
      } else {
        // The template's own marks say better what the model writes of a turn, in several parts.
        marked.stream()
            .filter(part -> part.start() < turn.end() && part.end() > turn.start())
            .forEach(learned::add);
      }
    }
    return learned;
  }

  private List<Span> found(Conversation conversation, String text) {
    List<Span> spans = new ArrayList<>();
    int end = 0;
    for (int turn = 0; turn < conversation.messages().size(); turn++) {
      if (conversation.messages().get(turn).isAssistant()) {
        Span span = found(conversation, turn, text);
        if (span.start() < end || span.end() <= span.start() || span.end() > text.length()) {
          throw lost(conversation, turn);
        }
        spans.add(span);
        end = span.end();
      }
    }
    return spans;
  }

  private Span found(Conversation conversation, int turn, String text) {
    Optional<String> prompt =
        turn == 0
            ? Optional.empty()
            : attempt(() -> template.render(conversation.first(turn), true).text());
    Optional<String> whole =
        turn == conversation.messages().size() - 1
            ? Optional.of(text)
            : attempt(() -> template.render(conversation.first(turn + 1), false).text());
    Optional<Span> content = Optional.empty();
    int start;
    if (prompt.isPresent() && text.startsWith(prompt.get())) {
      start = prompt.get().length();
    } else {
      content = content(conversation, turn, text);
      start =
          content
              .map(span -> startOf(span, text, prompt))
              .orElseThrow(() -> lost(conversation, turn));
    }
    int end;
    if (whole.isPresent() && text.startsWith(whole.get()) && whole.get().length() > start) {
      end = whole.get().length();
    } else {
      content = content.isPresent() ? content : content(conversation, turn, text);
      int from = content.map(Span::end).orElseThrow(() -> lost(conversation, turn));
      if (!text.startsWith(turnEnd, from)) {
        throw lost(conversation, turn);
      }
      end = from + turnEnd.length();
    }
    return new Span(start, withoutSpaceAfterMarker(text, end));
  }

  private int withoutSpaceAfterMarker(String text, int end) {
    int space = turnEnd.length() - turnEnd.stripTrailing().length();
    boolean marked = !turnEnd.isBlank() && text.startsWith(turnEnd, end - turnEnd.length());
    return marked ? end - space : end;
  }

  /**
   * White space before the content belongs to it, as far as the prompt does not end with it or go
   * on like the text.
   */
  private static int startOf(Span content, String text, Optional<String> prompt) {
    int start = content.start();
    while (start > 0 && Character.isWhitespace(text.charAt(start - 1))) {
      start--;
    }
    String space = text.substring(start, content.start());
    boolean unprompted =
        prompt.isPresent()
            && !prompt.get().endsWith(space)
            && !prompt.get().startsWith(text.substring(0, content.start()));
    return unprompted ? start : content.start();
  }

  /** Where a turn's content is: what changes if the content is another. */
  private Optional<Span> content(Conversation conversation, int turn, String text) {
    List<ChatMessage> messages = new ArrayList<>(conversation.messages());
    messages.set(turn, messages.get(turn).withContent(MARK));
    return attempt(
            () -> template.render(new Conversation(messages, conversation.tools()), false).text())
        .flatMap(
            marked -> {
              int at = marked.indexOf(MARK);
              int rest = marked.length() - at - MARK.length();
              boolean around =
                  at >= 0
                      && at + rest <= text.length()
                      && text.startsWith(marked.substring(0, at))
                      && text.endsWith(marked.substring(at + MARK.length()));
              return around ? Optional.of(new Span(at, text.length() - rest)) : Optional.empty();
            });
  }

  private InvalidInputException lost(Conversation conversation, int turn) {
    return new InvalidInputException(
        template.template(conversation).name()
            + ": cannot tell which part of the text is turn "
            + (turn + 1)
            + ", the assistant's; the template would have to mark it with {% generation %}");
  }

  /** A rendering of a part of a conversation, which a template may refuse. */
  private static Optional<String> attempt(java.util.function.Supplier<String> rendering) {
    try {
      return Optional.of(rendering.get());
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }
}
