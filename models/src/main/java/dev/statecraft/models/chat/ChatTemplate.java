package dev.statecraft.models.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.chat.jinja.Rendering;
import dev.statecraft.models.chat.jinja.Template;
import dev.statecraft.models.data.ChatMessage;
import dev.statecraft.models.data.Conversation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A model's chat template, by which conversations become the text that it was trained on.
 *
 * <p>It is in the model's folder, in {@code chat_template.jinja} or under {@code chat_template} of
 * {@code tokenizer_config.json}: a text, or a list of named ones, of which {@code tool_use} is for
 * conversations with tools and {@code default} for others.
 */
public final class ChatTemplate {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "chat_template";
  private static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";
  private static final List<String> SPECIAL_TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final Map<String, Template> templates;
  private final Map<String, String> specialTokens;

  /**
   * A template.
   *
   * @param templates by name
   * @param specialTokens spellings by the variables that name them, such as {@code bos_token}
   */
  private ChatTemplate(Map<String, Template> templates, Map<String, String> specialTokens) {
    this.templates = templates;
    this.specialTokens = specialTokens;
  }

  /** The only template of a model. */
  public static ChatTemplate of(Template template, Map<String, String> specialTokens) {
    return new ChatTemplate(Map.of(DEFAULT, template), Map.copyOf(specialTokens));
  }

  /**
   * The template of a model's folder, if it has one.
   *
   * @throws InvalidInputException if a file is not what it should be
   * @throws IOException if a file cannot be read
   */
  public static Optional<ChatTemplate> read(Path folder) throws IOException {
    Path configFile = folder.resolve("tokenizer_config.json");
    JsonNode config = object(configFile);
    Map<String, Template> templates = named(config.path(KEY), configFile);
    Path file = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(file)) {
      templates.put(
          DEFAULT, Template.parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8)));
    }
    if (templates.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> tokens = new LinkedHashMap<>();
    JsonNode map = object(folder.resolve("special_tokens_map.json"));
    for (String name : SPECIAL_TOKENS) {
      spelling(config.path(name))
          .or(() -> spelling(map.path(name)))
          .ifPresent(text -> tokens.put(name, text));
    }
    return Optional.of(new ChatTemplate(templates, tokens));
  }

  private static Map<String, Template> named(JsonNode value, Path file) {
    Map<String, Template> templates = new TreeMap<>();
    String where = file + " " + KEY;
    if (value.isTextual()) {
      templates.put(DEFAULT, Template.parse(where, value.textValue()));
    } else if (value.isArray()) {
      for (JsonNode entry : value) {
        String name = entry.path("name").asText();
        if (name.isEmpty() || !entry.path("template").isTextual()) {
          throw new InvalidInputException(
              where + ": expected entries of a name and a template, found one without");
        }
        templates.put(
            name, Template.parse(where + " '" + name + "'", entry.get("template").textValue()));
      }
    } else if (!value.isMissingNode() && !value.isNull()) {
      throw new InvalidInputException(
          where + ": expected a text or a list of named ones, found " + value.getNodeType());
    }
    return templates;
  }

  private static Optional<String> spelling(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }

  private static JsonNode object(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(Files.readString(file, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected well-formed JSON, found: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The text of a conversation.
   *
   * @param generationPrompt whether the beginning of the assistant's next turn is added
   * @throws InvalidInputException if the template cannot render it; the message names its line
   */
  public Rendering render(Conversation conversation, boolean generationPrompt) {
    Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
    variables.put("messages", conversation.messages().stream().map(ChatMessage::fields).toList());
    variables.put("tools", conversation.tools().isEmpty() ? null : conversation.tools());
    variables.put("documents", null);
    variables.put("add_generation_prompt", generationPrompt);
    return template(conversation).render(variables);
  }

  /** The template that renders a conversation. */
  Template template(Conversation conversation) {
    Template template = conversation.tools().isEmpty() ? null : templates.get(TOOL_USE);
    template = template == null ? templates.get(DEFAULT) : template;
    if (template == null) {
      throw new InvalidInputException(
          templates.values().iterator().next().name()
              + ": expected a template named 'default', found "
              + templates.keySet());
    }
    return template;
  }

  /** Whether it names a key of a turn, or a variable; what it does not name, it cannot read. */
  boolean mentions(String name) {
    Pattern word = Pattern.compile("(?<![\\w])" + Pattern.quote(name) + "(?![\\w])");
    return templates.values().stream().anyMatch(template -> word.matcher(template.source()).find());
  }

  /** Whether texts depend on the day on which they are rendered. */
  public boolean isDated() {
    return templates.values().stream()
        .anyMatch(template -> template.source().contains("strftime_now"));
  }
}
