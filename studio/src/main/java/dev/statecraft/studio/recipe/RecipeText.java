package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.statecraft.base.Quoted;
import java.io.IOException;
import java.io.UncheckedIOException;

/** YAML text and the tree it stands for. */
final class RecipeText {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

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
    try (JsonParser parser = YAML.createParser(yaml)) {
      return SpelledTree.read(parser);
    } catch (JsonProcessingException e) {
      throw new RecipeException(
          source + ": expected well-formed YAML, found " + YamlProblem.of(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tree of maps, lists, texts and numbers, as {@link #parse} reads it again. */
  static String write(Object tree) {
    return YamlWriter.write(YAML.valueToTree(tree));
  }

  /** A node as a message shows it. */
  static String shown(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return "nothing";
    }
    if (node.isTextual()) {
      return Quoted.text(node.textValue());
    }
    String kind =
        switch (node.getNodeType()) {
          case NUMBER -> "the number ";
          case OBJECT -> "the mapping ";
          case ARRAY -> "the list ";
          default -> "";
        };
    return kind + Quoted.bare(node.toString());
  }
}
