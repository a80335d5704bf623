package dev.statecraft.models.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.statecraft.models.InvalidInputException;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The tokens that a {@code tokenizer.json} lists, which the native library does not tell. The file
 * is streamed: a large one is mostly merges, which are skipped.
 */
final class Vocabulary {
  /** Far above any vocabulary; keeps a damaged file from asking for gigabytes. */
  private static final int MAX_ID = (1 << 24) - 1;

  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-F]{2}>");

  private final String source;
  private final Map<String, Integer> idOf = new HashMap<>();
  private final BitSet known = new BitSet();
  private final BitSet special = new BitSet();
  private final BitSet bytes = new BitSet();
  private Truncation truncation = Truncation.DEFAULT;

  private Vocabulary(String source) {
    this.source = source;
  }

  /**
   * Reads the vocabulary.
   *
   * @param json the file's bytes
   * @param source what error messages call it
   * @throws InvalidInputException if it is not a tokenizer's JSON
   */
  static Vocabulary parse(byte[] json, String source) {
    Vocabulary vocabulary = new Vocabulary(source);
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      vocabulary.root(parser);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          source + ": expected well-formed JSON, found: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidInputException(source + ": expected UTF-8, found: " + e.getMessage(), e);
    }
    if (vocabulary.idOf.isEmpty()) {
      throw new InvalidInputException(
          source + ": expected a tokenizer with a model.vocab, found none");
    }
    return vocabulary;
  }

  private void root(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new InvalidInputException(source + ": expected a JSON object of a tokenizer");
    }
    Map<String, Integer> added = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("added_tokens") && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          addedToken(parser, added);
        }
      } else if (key.equals("model") && value == JsonToken.START_OBJECT) {
        model(parser);
      } else if (key.equals("truncation") && value == JsonToken.START_OBJECT) {
        truncation(parser);
      } else {
        parser.skipChildren();
      }
    }
    // Added tokens are looked up first when text is encoded.
    idOf.putAll(added);
  }

  private void addedToken(JsonParser parser, Map<String, Integer> added) throws IOException {
    String content = null;
    int id = -1;
    boolean isSpecial = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (key) {
        case "content" -> content = parser.getText();
        case "id" -> id = id("added_tokens", parser);
        case "special" -> isSpecial = value == JsonToken.VALUE_TRUE;
        default -> parser.skipChildren();
      }
    }
    if (content == null || id < 0) {
      throw new InvalidInputException(
          source + ": added_tokens: expected entries with an id and a content, found one without");
    }
    added.put(content, id);
    known.set(id);
    special.set(id, isSpecial);
  }

  private void truncation(JsonParser parser) throws IOException {
    String where = source + ": truncation.";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "strategy" ->
            truncation =
                new Truncation(
                    Truncation.Strategy.of(parser.getText(), where + key), truncation.side());
        case "direction" ->
            truncation =
                new Truncation(
                    truncation.strategy(), TruncationSide.of(parser.getText(), where + key));
        default -> parser.skipChildren();
      }
    }
  }

  private void model(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String token = parser.currentName();
          parser.nextToken();
          add(token, id("model.vocab '" + token + "'", parser));
        }
      } else if (key.equals("vocab") && value == JsonToken.START_ARRAY) {
        unigrams(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** A Unigram model lists {@code [token, score]} in the order of the ids. */
  private void unigrams(JsonParser parser) throws IOException {
    int id = 0;
    while (parser.nextToken() == JsonToken.START_ARRAY) {
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw new InvalidInputException(
            source + ": model.vocab: expected [token, score], found " + parser.getText());
      }
      add(parser.getText(), id++);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        parser.skipChildren();
      }
    }
  }

  private int id(String where, JsonParser parser) throws IOException {
    // Not getIntValue, which throws on numbers out of range and rounds 1.5.
    String text = parser.getText();
    boolean integer = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
    if (!integer
        || text.length() > 8
        || parser.getIntValue() < 0
        || parser.getIntValue() > MAX_ID) {
      throw new InvalidInputException(
          source + ": " + where + ": expected an id from 0 to " + MAX_ID + ", found " + text);
    }
    return parser.getIntValue();
  }

  private void add(String token, int id) {
    idOf.put(token, id);
    known.set(id);
    if (BYTE.matcher(token).matches()) {
      bytes.set(id);
    }
  }

  /** What the file says about texts that are too long, or the default. */
  Truncation truncation() {
    return truncation;
  }

  OptionalInt idOf(String token) {
    Integer id = idOf.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The largest id plus one. */
  int size() {
    return known.length();
  }

  boolean isKnown(int id) {
    return known.get(id);
  }

  boolean isSpecial(int id) {
    return special.get(id);
  }

  /**
   * Whether the token stands for a single byte ({@code <0x0A>}), as in SentencePiece vocabularies.
   */
  boolean isByte(int id) {
    return bytes.get(id);
  }
}
