package dev.statecraft.models.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.models.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One turn of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or {@code tool}
 * @param content what was said, as text
 */
public record ChatMessage(String role, String content) {
  /** The role whose turns are learned. */
  public static final String ASSISTANT = "assistant";

  private static final Set<String> ROLES =
      Collections.unmodifiableSet(new TreeSet<>(Set.of("system", "user", ASSISTANT, "tool")));

  /**
   * Reads a column that holds a list of {@code {"role": ..., "content": ...}}. Other keys of a turn
   * are ignored.
   *
   * @throws InvalidInputException if it is no such list, is empty, or has an unknown role
   */
  public static List<ChatMessage> listOf(Row row, String column) {
    JsonNode list = row.value(column);
    if (!list.isArray() || list.isEmpty()) {
      throw new InvalidInputException(
          row.where()
              + ": '"
              + column
              + "' should be a list of at least one {role, content}, found "
              + (list.isArray() ? "an empty list" : Row.nodeKind(list)));
    }
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode turn : list) {
      String where = row.where() + ": " + column + "[" + messages.size() + "]";
      String role = textOf(turn, "role", where);
      if (!ROLES.contains(role)) {
        throw new InvalidInputException(
            where + ".role should be one of " + ROLES + ", found '" + role + "'");
      }
      messages.add(new ChatMessage(role, textOf(turn, "content", where)));
    }
    return Collections.unmodifiableList(messages);
  }

  /** Whether this turn is the assistant's. */
  public boolean isAssistant() {
    return role.equals(ASSISTANT);
  }

  private static String textOf(JsonNode turn, String key, String where) {
    JsonNode value = turn.path(key);
    if (!value.isTextual()) {
      throw new InvalidInputException(
          where + "." + key + " should be text, found " + Row.nodeKind(value));
    }
    return value.textValue();
  }
}
