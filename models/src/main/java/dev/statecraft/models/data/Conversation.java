package dev.statecraft.models.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.models.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What was said, turn by turn.
 *
 * @param messages the turns
 * @param tools descriptions of the functions that the assistant may call, as plain Java values
 *     (maps, lists, texts...); often none
 */
public record Conversation(List<ChatMessage> messages, List<Object> tools) {
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
   * Reads a row's turns, and its column {@code tools} if it has one: a list, or the JSON text of
   * one.
   *
   * @param column the column of the turns, see {@link ChatMessage#listOf}
   * @throws InvalidInputException if the turns or tools are no such thing
   */
  public static Conversation of(Row row, String column) {
    return new Conversation(ChatMessage.listOf(row, column), tools(row));
  }

  private static List<Object> tools(Row row) {
    JsonNode tools = row.values().get("tools");
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

  /** Whether the assistant says something. */
  public boolean hasReply() {
    return messages.stream().anyMatch(ChatMessage::isAssistant);
  }

  /** Without the turns after the assistant's last one, as nothing that is learned needs them. */
  public Conversation upToLastReply() {
    int end = messages.size();
    while (end > 0 && !messages.get(end - 1).isAssistant()) {
      end--;
    }
    return new Conversation(messages.subList(0, end), tools);
  }

  /** The first turns alone. */
  public Conversation first(int turns) {
    return new Conversation(messages.subList(0, turns), tools);
  }
}
