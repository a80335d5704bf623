package dev.statecraft.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What was said, turn by turn.
 *
 * @param messages the turns
 * @param tools descriptions of the functions that the assistant may call, as plain Java values
 *     (maps, lists, texts...); often none
 */
public record Conversation(List<ChatMessage> messages, List<Object> tools) {
  /** The column of a text that the conversation begins with, and the role of such a turn. */
  static final String SYSTEM = "system";

  /** The column of the functions that may be called. */
  static final String TOOLS = "tools";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies. */
  public Conversation {
    messages = List.copyOf(messages);
    tools = Collections.unmodifiableList(new ArrayList<>(tools));
  }

  /** Turns without tools. */
  public static Conversation of(List<ChatMessage> messages) {
    return new Conversation(messages, List.of());
  }

  /**
   * Reads a row's turns, and if it has them its columns {@code tools}, a list or the JSON text of
   * one, and {@code system}, ShareGPT's text that becomes the first turn unless the turns begin
   * with one of their own.
   *
   * @param column the column of the turns, see {@link ChatMessage#listOf}
   * @throws InvalidInputException if the turns, tools or system are no such thing
   */
  public static Conversation of(Row row, String column) {
    List<ChatMessage> messages = ChatMessage.listOf(row, column);
    Optional<String> system = row.optionalText(SYSTEM).filter(text -> !text.isEmpty());
    if (system.isPresent() && !messages.get(0).role().equals(SYSTEM)) {
      messages = new ArrayList<>(messages);
      messages.add(0, ChatMessage.system(system.get()));
    }
    return new Conversation(messages, tools(row));
  }

  private static List<Object> tools(Row row) {
    JsonNode tools = row.values().get(TOOLS);
    if (tools != null && tools.isTextual() && !tools.textValue().isBlank()) {
      try {
        tools = JSON.readTree(tools.textValue());
      } catch (JsonProcessingException e) {
        throw new InvalidInputException(
            row.where() + ": column 'tools' should be a list, found text that is no JSON", e);
      }
    }
    if (tools == null || tools.isNull() || tools.isTextual()) {
      return List.of();
    }
    if (!tools.isArray()) {
      throw new InvalidInputException(
          row.where() + ": column 'tools' should be a list, found " + Row.nodeKind(tools));
    }
    List<Object> list = new ArrayList<>();
    tools.forEach(tool -> list.add(JSON.convertValue(tool, Object.class)));
    return list;
  }

  /** Whether the assistant says something that is learned. */
  public boolean hasLearned() {
    return messages.stream().anyMatch(ChatMessage::learned);
  }

  /** Without the turns after the last learned one, as nothing that is learned needs them. */
  public Conversation upToLastLearned() {
    int end = messages.size();
    while (end > 0 && !messages.get(end - 1).learned()) {
      end--;
    }
    return new Conversation(messages.subList(0, end), tools);
  }

  /** The first turns alone. */
  public Conversation first(int turns) {
    return new Conversation(messages.subList(0, turns), tools);
  }
}
