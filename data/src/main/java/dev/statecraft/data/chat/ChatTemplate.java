package dev.statecraft.data.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonFile;
import dev.statecraft.base.TextFile;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.jinja.Rendering;
import dev.statecraft.jinja.Template;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A model's chat template, by which conversations become the text that it was trained on.
 *
 * <p>It is in the model's folder, in {@code chat_template.jinja} and, with others by their names,
 * in {@code additional_chat_templates}; where there are no such files, under {@code chat_template}
 * of {@code tokenizer_config.json}: a text, or a list of named ones. The one named {@code tool_use}
 * is for conversations with tools and {@code default} for others.
 */
public final class ChatTemplate {
  private static final String KEY = "chat_template";
  private static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";
  private static final String SUFFIX = ".jinja";

  /** The folder of the named templates but the default one. */
  private static final String ADDITIONAL = "additional_chat_templates";

  private final Map<String, Template> templates;
  private final Map<String, String> specialTokens;

  /**
   * A template.
   *
   * @param templates by name
   * @param specialTokens spellings by the variables that name them, such as {@code bos_token}
   */
  private ChatTemplate(Map<String, Template> templates, Map<String, String> specialTokens) {
    this.templates = new TreeMap<>(templates);
    this.specialTokens = Map.copyOf(specialTokens);
  }

  /** The only template of a model. */
  public static ChatTemplate of(Template template, Map<String, String> specialTokens) {
    return new ChatTemplate(Map.of(DEFAULT, template), specialTokens);
  }

  /**
   * The template of a model's folder, if it has one.
   *
   * @param specialTokens spellings of the tokenizer's special tokens, which templates may write
   * @throws InvalidInputException if a file is not what it should be
   * @throws IOException if a file cannot be read
   */
  public static Optional<ChatTemplate> read(Path folder, Map<String, String> specialTokens)
      throws IOException {
    Map<String, Template> templates = files(folder);
    if (templates.isEmpty()) {
      Path configFile = folder.resolve("tokenizer_config.json");
      templates = named(JsonFile.object(configFile).path(KEY), configFile);
    }
    return templates.isEmpty()
        ? Optional.empty()
        : Optional.of(new ChatTemplate(templates, specialTokens));
  }

  private static Map<String, Template> files(Path folder) throws IOException {
    Map<String, Template> templates = new TreeMap<>();
    Path usual = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(usual)) {
      templates.put(DEFAULT, template(usual));
    }
    Path others = folder.resolve(ADDITIONAL);
    if (Files.isDirectory(others)) {
      List<Path> files;
      try (Stream<Path> entries = Files.list(others)) {
        files =
            entries
                .filter(file -> file.toString().endsWith(SUFFIX) && Files.isRegularFile(file))
                .sorted()
                .toList();
      }
      for (Path file : files) {
        String name = file.getFileName().toString();
        templates.put(name.substring(0, name.length() - SUFFIX.length()), template(file));
      }
    }
    return templates;
  }

  private static Template template(Path file) throws IOException {
    try {
      return Template.parse(file.toString(), TextFile.read(file));
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file + ": expected text in UTF-8", e);
    }
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
    } else if (value.isObject()) {
      value
          .properties()
          .forEach(
              entry ->
                  templates.put(
                      entry.getKey(),
                      Template.parse(
                          where + " '" + entry.getKey() + "'", entry.getValue().asText())));
    } else if (!value.isMissingNode() && !value.isNull()) {
      throw new InvalidInputException(
          where + ": expected a text or a list of named ones, found " + value.getNodeType());
    }
    return templates;
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
