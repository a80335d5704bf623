package dev.statecraft.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One turn of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, {@code tool}...
 * @param content what was said, as text; of several parts, their texts; empty if nothing was
 * @param fields all that the turn holds, as plain Java values: {@code role}, {@code content} as it
 *     was given, and others such as {@code tool_calls}; what a chat template sees. What says
 *     whether it is learned ({@code weight}, {@code train}...) is not among them
 * @param learned whether it is learned; true of the assistant's turns alone, and of those unless
 *     the data says otherwise
 */
public record ChatMessage(
    String role, String content, Map<String, Object> fields, boolean learned) {
  /** The role whose turns are learned. */
  public static final String ASSISTANT = "assistant";

  private static final String SYSTEM = "system";
  private static final String USER = "user";
  private static final String TOOL = "tool";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> ROLES =
      Collections.unmodifiableSet(
          new TreeSet<>(Set.of(SYSTEM, USER, ASSISTANT, TOOL, "developer", "function")));

  /** Whom ShareGPT's {@code from} means. */
  private static final Map<String, String> SPEAKERS =
      Map.ofEntries(
          Map.entry("human", USER),
          Map.entry(USER, USER),
          Map.entry("gpt", ASSISTANT),
          Map.entry("chatgpt", ASSISTANT),
          Map.entry("bot", ASSISTANT),
          Map.entry("model", ASSISTANT),
          Map.entry(ASSISTANT, ASSISTANT),
          Map.entry("function_call", ASSISTANT),
          Map.entry(SYSTEM, SYSTEM),
          Map.entry(TOOL, TOOL),
          Map.entry("observation", TOOL),
          Map.entry("function_response", TOOL));

  /**
   * Copies.
   *
   * @throws IllegalArgumentException if a turn is to be learned that is not the assistant's
   */
  public ChatMessage {
    if (learned && !role.equals(ASSISTANT)) {
      throw new IllegalArgumentException("a turn of '" + role + "' is not learned");
    }
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** A turn of nothing but text. */
  public ChatMessage(String role, String content) {
    this(role, content, fields(role, content), role.equals(ASSISTANT));
  }

  private static Map<String, Object> fields(String role, String content) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return fields;
  }

  /** What the user says. */
  public static ChatMessage user(String content) {
    return new ChatMessage(USER, content);
  }

  /** What the conversation begins with. */
  public static ChatMessage system(String content) {
    return new ChatMessage(SYSTEM, content);
  }

  /** What the assistant says. */
  public static ChatMessage assistant(String content) {
    return new ChatMessage(ASSISTANT, content);
  }

  /**
   * Reads a column that holds a list of {@code {"role": ..., "content": ...}}, or of ShareGPT's
   * {@code {"from": ..., "value": ...}} with {@code human} and {@code gpt}. An assistant's turn may
   * say whether it is learned: OpenAI's {@code weight} (0 or 1), axolotl's {@code train} or {@code
   * training}, or {@code loss} (true or false).
   *
   * @throws InvalidInputException if it is no such list, is empty, has an unknown role, or says of
   *     learning what is neither
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
      messages.add(
          turn.has("from") && !turn.has("role") ? ofShareGpt(turn, where) : of(turn, where));
    }
    return Collections.unmodifiableList(messages);
  }

  private static ChatMessage of(JsonNode turn, String where) {
    String role = textOf(turn, "role", where);
    if (!ROLES.contains(role)) {
      throw new InvalidInputException(
          where + ".role should be one of " + ROLES + ", found '" + role + "'");
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : turn.properties()) {
      if (!TurnLearning.KEYS.contains(field.getKey())) {
        fields.put(field.getKey(), JSON.convertValue(field.getValue(), Object.class));
      }
    }
    boolean learned = TurnLearning.of(turn, where).orElse(true) && role.equals(ASSISTANT);
    return new ChatMessage(role, content(turn, where), fields, learned);
  }

  private static ChatMessage ofShareGpt(JsonNode turn, String where) {
    String from = textOf(turn, "from", where);
    String role = SPEAKERS.get(from);
    if (role == null) {
      throw new InvalidInputException(
          where
              + ".from should be one of "
              + new TreeSet<>(SPEAKERS.keySet())
              + ", found '"
              + from
              + "'");
    }
    String content = textOf(turn, "value", where);
    boolean learned = TurnLearning.of(turn, where).orElse(true) && role.equals(ASSISTANT);
    return new ChatMessage(role, content, fields(role, content), learned);
  }

  /** Whether this turn is the assistant's. */
  public boolean isAssistant() {
    return role.equals(ASSISTANT);
  }

  /** Whether a role, or ShareGPT's name of one, is the assistant's. */
  static boolean isAssistant(String speaker) {
    return SPEAKERS.getOrDefault(speaker, speaker).equals(ASSISTANT);
  }

  /** The same turn with another content. */
  public ChatMessage withContent(String other) {
    Map<String, Object> changed = new LinkedHashMap<>(fields);
    changed.put("content", other);
    return new ChatMessage(role, other, changed, learned);
  }

  /** The text, or that of the parts; a turn that calls tools may have none. */
  private static String content(JsonNode turn, String where) {
    JsonNode value = turn.path("content");
    if (value.isArray()) {
      StringBuilder text = new StringBuilder();
      value.forEach(part -> text.append(part.path("text").asText()));
      return text.toString();
    }
    if ((value.isNull() || value.isMissingNode()) && turn.path("tool_calls").isArray()) {
      return "";
    }
    return textOf(turn, "content", where);
  }

  private static String textOf(JsonNode turn, String key, String where) {
    JsonNode value = turn.path(key);
    if (!value.isTextual()) {
      throw new InvalidInputException(
          where
              + "."
              + key
              + " should be text, found "
              + (turn.has(key) ? Row.nodeKind(value) : "missing"));
    }
    return Row.whole(value.textValue(), where + "." + key);
  }
}
