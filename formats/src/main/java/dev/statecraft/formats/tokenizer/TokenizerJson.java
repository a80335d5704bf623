package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@code tokenizer.json} taken apart, so that parts can be replaced. What makes it large, the
 * vocabulary and the merges, stays the text that it is.
 *
 * @param root all but the model
 * @param model all of the model but what is large
 * @param large texts of the vocabulary and the merges, by key
 */
record TokenizerJson(ObjectNode root, ObjectNode model, Map<String, String> large) {
  /** Levels of nesting; those of known tokenizers have some ten. */
  private static final int DEEPEST = 64;

  private static final ObjectMapper JSON = new ObjectMapper(factory());
  private static final String MODEL = "model";

  /** A reader that refuses what is nested too deep. */
  static JsonFactory factory() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(DEEPEST).maxNumberLength(100).build())
        .build();
  }

  /** A problem of the JSON itself. */
  static InvalidInputException malformed(String source, JsonProcessingException e) {
    return e instanceof StreamConstraintsException
        ? new InvalidInputException(
            source
                + ": expected JSON of at most "
                + DEEPEST
                + " levels, with numbers of at most 100 digits",
            e)
        : new InvalidInputException(
            source + ": expected well-formed JSON, found: " + JsonProblem.of(e), e);
  }

  /** What kind of tokenizer the file has. */
  enum Kind {
    /** WordPiece, with BERT's class. */
    WORD_PIECE(TokenizerClass.BERT),
    /** BPE over bytes, with RoBERTa's class. */
    BYTE_LEVEL(TokenizerClass.ROBERTA),
    /** BPE over characters that falls back to bytes, with LLaMA's class. */
    BYTE_FALLBACK(TokenizerClass.LLAMA),
    /** Any other. */
    OTHER(TokenizerClass.BACKEND);

    private final TokenizerClass suitable;

    Kind(TokenizerClass suitable) {
      this.suitable = suitable;
    }

    /** Whether a class makes such tokenizers. */
    boolean suits(TokenizerClass wanted) {
      return suitable == wanted;
    }
  }

  /**
   * Takes a file apart.
   *
   * @param source what error messages call it
   * @throws InvalidInputException if it is no JSON object
   */
  static TokenizerJson parse(byte[] json, String source) {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode model = JSON.createObjectNode();
    Map<String, String> large = new LinkedHashMap<>();
    try (JsonParser parser = JSON.getFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidInputException(source + ": expected a JSON object of a tokenizer");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (key.equals(MODEL) && value == JsonToken.START_OBJECT) {
          model(parser, json, model, large);
        } else {
          root.set(key, parser.<JsonNode>readValueAsTree());
        }
      }
    } catch (JsonProcessingException e) {
      throw malformed(source, e);
    } catch (IOException e) {
      throw new InvalidInputException(source + ": expected text in UTF-8", e);
    }
    return new TokenizerJson(root, model, large);
  }

  private static void model(
      JsonParser parser, byte[] json, ObjectNode model, Map<String, String> large)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value.isStructStart()) {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int end = (int) parser.currentLocation().getByteOffset();
        large.put(key, new String(json, start, end - start, StandardCharsets.UTF_8));
      } else {
        model.set(key, parser.<JsonNode>readValueAsTree());
      }
    }
  }

  /** The same without truncation and padding, which are never used. */
  TokenizerJson withoutLimits() {
    ObjectNode other = root.deepCopy();
    other.putNull("truncation").putNull("padding");
    return new TokenizerJson(other, model, large);
  }

  /** Whether there is truncation or padding. */
  boolean hasLimits() {
    return root.hasNonNull("truncation") || root.hasNonNull("padding");
  }

  /** The bytes of a file with these parts. */
  byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.getFactory().createGenerator(out)) {
      generator.writeStartObject();
      for (Map.Entry<String, JsonNode> entry : root.properties()) {
        generator.writeFieldName(entry.getKey());
        JSON.writeTree(generator, entry.getValue());
      }
      generator.writeObjectFieldStart(MODEL);
      for (Map.Entry<String, JsonNode> entry : model.properties()) {
        generator.writeFieldName(entry.getKey());
        JSON.writeTree(generator, entry.getValue());
      }
      for (Map.Entry<String, String> entry : large.entrySet()) {
        generator.writeFieldName(entry.getKey());
        generator.writeRawValue(entry.getValue());
      }
      generator.writeEndObject();
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The file's added tokens; empty if it has none. */
  JsonNode addedTokens() {
    return root.path("added_tokens");
  }

  /** What kind of tokenizer it is. */
  Kind kind() {
    String type = model.path("type").asText();
    if (type.equals("WordPiece")) {
      return Kind.WORD_PIECE;
    }
    boolean merges = large.containsKey("merges") && (type.isEmpty() || type.equals("BPE"));
    if (!merges) {
      return Kind.OTHER;
    }
    boolean bytes = root.path("pre_tokenizer").toString().contains("\"ByteLevel\"");
    if (bytes) {
      return Kind.BYTE_LEVEL;
    }
    return model.path("byte_fallback").asBoolean() ? Kind.BYTE_FALLBACK : Kind.OTHER;
  }
}
