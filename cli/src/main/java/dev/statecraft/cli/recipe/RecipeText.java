package dev.statecraft.cli.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** YAML text and the tree it stands for. */
final class RecipeText {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private RecipeText() {}

  /** Reads a mapping. */
  static ObjectNode parse(String yaml, String source) {
    JsonNode root = value(yaml, source);
    if (!(root instanceof ObjectNode mapping)) {
      throw new RecipeException(
          source + ": expected a YAML mapping with keys such as model, found " + shown(root));
    }
    return mapping;
  }

  /** Reads any value; nothing for an empty text. */
  static JsonNode value(String yaml, String source) {
    try {
      return YAML.readTree(yaml);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String place = at == null ? "" : " at line " + at.getLineNr();
      throw new RecipeException(
          source
              + ": expected well-formed YAML, found an error"
              + place
              + ": "
              + e.getOriginalMessage().lines().findFirst().orElse("no message"),
          e);
    }
  }

  static String write(Object tree) {
    try {
      return YAML.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of maps, lists, texts and numbers is not YAML", e);
    }
  }

  /** A node as a message shows it. */
  static String shown(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return "nothing";
    }
    String text = node.isTextual() ? "'" + node.textValue() + "'" : node.toString();
    String kind =
        switch (node.getNodeType()) {
          case NUMBER -> "the number ";
          case OBJECT -> "the mapping ";
          case ARRAY -> "the list ";
          default -> "";
        };
    return kind + (text.length() <= 80 ? text : text.substring(0, 77) + "...");
  }
}
