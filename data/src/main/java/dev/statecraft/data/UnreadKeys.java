package dev.statecraft.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What rows of instruction data hold that nobody reads, with the number of rows, so that it can be
 * told once for each file.
 */
public final class UnreadKeys {
  /** The most keys of a file that are named. */
  private static final int NAMED = 12;

  private final Map<Path, Map<String, Count>> files = new LinkedHashMap<>();

  /** The rows of one key; a row that comes several times in a row is one. */
  private static final class Count {
    private int rows;
    private int last;

    void row(int number) {
      if (number != last) {
        rows++;
        last = number;
      }
    }
  }

  /** Counts a row for each of some keys, as {@link InstructionFormat#unread} gives them. */
  public void add(Row row, Set<String> keys) {
    for (String key : keys) {
      files
          .computeIfAbsent(row.file(), file -> new LinkedHashMap<>())
          .computeIfAbsent(key, name -> new Count())
          .row(row.number());
    }
  }

  /** A line for each file that has such keys. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    files.forEach((file, counts) -> notes.add(file + ": not used: " + shown(counts)));
    return notes;
  }

  private static String shown(Map<String, Count> counts) {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, Count> entry : counts.entrySet()) {
      if (parts.size() == NAMED) {
        parts.add("and " + (counts.size() - NAMED) + " more keys");
        break;
      }
      int rows = entry.getValue().rows;
      parts.add("'" + entry.getKey() + "' (" + rows + (rows == 1 ? " row)" : " rows)"));
    }
    return String.join(", ", parts);
  }

  /** What one row holds unread. */
  static Set<String> of(InstructionFormat format, Row row, ChatRenderer chat) {
    Set<String> unread = new LinkedHashSet<>();
    List<String> read = format.readColumns();
    row.values()
        .forEach(
            (column, value) -> {
              boolean known =
                  read.contains(column)
                      || (format.isConversation()
                          && column.equals(Conversation.TOOLS)
                          && chat.reads(Conversation.TOOLS));
              if (!known && !isEmpty(value)) {
                unread.add(column);
              }
            });
    if (format.isConversation()) {
      String column = format.requiredColumns().get(0);
      JsonNode turns = row.value(column);
      turns.forEach(turn -> turn(column + "[].", turn, chat, unread));
      otherSystem(row, turns, unread);
    }
    return unread;
  }

  /** A system's text beside a first turn that is the system's and says something else. */
  private static void otherSystem(Row row, JsonNode turns, Set<String> unread) {
    JsonNode system = row.values().get(Conversation.SYSTEM);
    JsonNode first = turns.path(0);
    boolean own =
        first.path("role").asText().equals(Conversation.SYSTEM)
            || first.path("from").asText().equals(Conversation.SYSTEM);
    if (system != null && !isEmpty(system) && own) {
      String said = first.path(first.has("role") ? "content" : "value").asText();
      if (!said.equals(system.asText())) {
        unread.add(Conversation.SYSTEM);
      }
    }
  }

  private static void turn(String prefix, JsonNode turn, ChatRenderer chat, Set<String> unread) {
    boolean shareGpt = turn.has("from") && !turn.has("role");
    List<String> read = shareGpt ? List.of("from", "value") : List.of("role", "content");
    for (Map.Entry<String, JsonNode> field : turn.properties()) {
      String key = field.getKey();
      if (TurnLearning.KEYS.contains(key)) {
        if (asksInVain(turn, field.getValue())) {
          unread.add(prefix + key + " of other turns than the assistant's");
        }
      } else if (!read.contains(key)
          && !isEmpty(field.getValue())
          && (shareGpt || !chat.reads(key))) {
        unread.add(prefix + key);
      }
    }
    if (!chat.reads("type")) {
      for (JsonNode part : turn.path("content")) {
        if (!part.path("text").isTextual()) {
          unread.add(prefix + "content[] of type " + part.path("type").asText("?"));
        }
      }
    }
  }

  /** Whether a turn is to be learned that never is. */
  private static boolean asksInVain(JsonNode turn, JsonNode value) {
    boolean wanted = value.isBoolean() ? value.booleanValue() : value.asInt() != 0;
    String role = turn.path(turn.has("role") ? "role" : "from").asText();
    return wanted && !ChatMessage.isAssistant(role);
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isNull()
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isContainerNode() && value.isEmpty());
  }
}
