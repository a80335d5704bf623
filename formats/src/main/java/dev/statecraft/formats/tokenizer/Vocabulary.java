package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

  /** The model's own tokens. */
  private final Map<String, Integer> own = new HashMap<>();

  /** Those added to them, which are looked up first when text is encoded. */
  private final Map<String, Integer> added = new LinkedHashMap<>();

  private int largestAdded = -1;
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
    try (JsonParser parser = TokenizerJson.factory().createParser(json)) {
      vocabulary.root(parser);
    } catch (JsonProcessingException e) {
      throw TokenizerJson.malformed(source, e);
    } catch (IOException e) {
      throw new InvalidInputException(source + ": expected UTF-8, found other bytes", e);
    }
    if (vocabulary.own.isEmpty()) {
      throw new InvalidInputException(
          source + ": expected a tokenizer with a model.vocab, found none");
    }
    return vocabulary;
  }

  private void root(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new InvalidInputException(source + ": expected a JSON object of a tokenizer");
    }
    Map<String, Boolean> listed = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("added_tokens") && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          addedToken(parser, listed);
        }
      } else if (key.equals("model") && value == JsonToken.START_OBJECT) {
        model(parser);
      } else if (key.equals("truncation") && value == JsonToken.START_OBJECT) {
        truncation(parser);
      } else {
        parser.skipChildren();
      }
    }
    listed.forEach(this::add);
  }

  /** The library gives an added token the id that its spelling has, or the next; not the file's. */
  private void add(String content, boolean isSpecial) {
    if (content.isEmpty()) {
      return;
    }
    int id = own.getOrDefault(content, Math.max(own.size(), largestAdded + 1));
    added.putIfAbsent(content, id);
    largestAdded = Math.max(largestAdded, id);
    known.set(id);
    special.set(id, isSpecial);
  }

  private void requireText(String where, String token) {
    if (!TokenizerCheck.wellFormed(token)) {
      throw new InvalidInputException(
          source + ": " + where + ": expected text, found half a surrogate pair");
    }
  }

  private void addedToken(JsonParser parser, Map<String, Boolean> listed) throws IOException {
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
    requireText("added_tokens", content);
    listed.put(content, isSpecial);
  }

  private void truncation(JsonParser parser) throws IOException {
    String where = source + ": truncation.";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "direction" ->
            truncation = new Truncation(TruncationSide.of(parser.getText(), where + key));
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
    requireText("model.vocab", token);
    own.put(token, id);
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
    Integer id = added.getOrDefault(token, own.get(token));
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Ids of the model's own tokens. */
  Map<String, Integer> own() {
    return Collections.unmodifiableMap(own);
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
