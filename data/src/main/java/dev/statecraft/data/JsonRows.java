package dev.statecraft.data;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import dev.statecraft.base.Quoted;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the two JSON forms of a dataset. */
final class JsonRows {
  private static final String ROWS_KEY = "data";

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Python writes NaN and Infinity, and reads them.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build()
          .reader();

  private JsonRows() {}

  /** Counts rows, and says where a text is damaged. */
  private static final class Reading {
    private final Path file;
    private final JsonParser parser;
    private final Consumer<Row> action;
    private int rows;

    Reading(Path file, JsonParser parser, Consumer<Row> action) {
      this.file = file;
      this.parser = parser;
      this.action = action;
    }

    /** The rest of an array of objects. */
    void array() throws IOException {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        object();
      }
    }

    /** The object that begins here. */
    void object() throws IOException {
      long line = line(parser);
      JsonNode node = JSON.readTree(parser);
      rows++;
      action.accept(row(file, rows, line, node));
    }

    void end() throws IOException {
      if (parser.nextToken() != null) {
        throw new InvalidInputException(
            file + " line " + line(parser) + ": expected the end of the file, found more JSON");
      }
    }
  }

  /** What reads a text. */
  private interface Body {
    void read(Reading reading, JsonToken first) throws IOException;
  }

  private static int read(Path file, Reader reader, Consumer<Row> action, Body body)
      throws IOException {
    try (JsonParser parser = JSON.createParser(reader)) {
      Reading reading = new Reading(file, parser, action);
      try {
        JsonToken first = parser.nextToken();
        if (first == null) {
          if (parser.currentLocation().getCharOffset() > 0) {
            return 0;
          }
          throw new InvalidInputException(file + ": the file is empty");
        }
        body.read(reading, first);
      } catch (JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        throw new InvalidInputException(
            file
                + " row "
                + (reading.rows + 1)
                + " (line "
                + (at == null ? 1 : at.getLineNr())
                + "): invalid JSON: "
                + JsonProblem.what(e),
            e);
      }
      return reading.rows;
    }
  }

  /**
   * Reads an array of objects, an object whose {@code data} is such an array, or objects one after
   * the other.
   *
   * @return how many objects there are
   */
  static int readDocument(Path file, Reader reader, Consumer<Row> action) throws IOException {
    return read(
        file,
        reader,
        action,
        (reading, first) -> {
          switch (first) {
            case START_ARRAY -> {
              reading.array();
              reading.end();
            }
            case START_OBJECT -> readRowsKey(reading);
            default ->
                throw new InvalidInputException(
                    file
                        + ": expected an array of objects or an object with a 'data' array, found "
                        + kind(first));
          }
        });
  }

  /** An object with the array, or else the first of several. */
  private static void readRowsKey(Reading reading) throws IOException {
    JsonParser parser = reading.parser;
    long line = line(parser);
    long dataLine = 0;
    Map<String, JsonNode> values = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (key.equals(ROWS_KEY) && parser.nextToken() == JsonToken.START_ARRAY) {
        reading.array();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          parser.nextToken();
          parser.skipChildren();
        }
        reading.end();
        return;
      }
      if (key.equals(ROWS_KEY)) {
        dataLine = line(parser);
      } else {
        parser.nextToken();
      }
      values.put(key, JSON.readTree(parser));
    }
    JsonToken next = parser.nextToken();
    if (next == null && dataLine > 0) {
      throw new InvalidInputException(
          reading.file + " line " + dataLine + ": 'data' should be an array of objects");
    } else if (next == null) {
      throw new InvalidInputException(
          reading.file
              + ": expected an array of objects or an object with a 'data' array, found an object"
              + " with the keys "
              + Quoted.list(values.keySet())
              + "; if it holds one object a line, its format is jsonl");
    }
    reading.rows++;
    reading.action.accept(new Row(reading.file, reading.rows, line, values));
    for (; next != null; next = parser.nextToken()) {
      reading.object();
    }
  }

  /**
   * Reads objects one after the other, usually one a line, or an array of them.
   *
   * @return how many objects there are
   */
  static int readLines(Path file, Reader reader, Consumer<Row> action) throws IOException {
    return read(
        file,
        reader,
        action,
        (reading, first) -> {
          if (first == JsonToken.START_ARRAY) {
            reading.array();
            reading.end();
            return;
          }
          for (JsonToken next = first; next != null; next = reading.parser.nextToken()) {
            reading.object();
          }
        });
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a truth value";
      default -> "null";
    };
  }

  private static Row row(Path file, int number, long line, JsonNode node) {
    if (!node.isObject()) {
      throw new InvalidInputException(
          file
              + " row "
              + number
              + " (line "
              + line
              + "): expected an object, found "
              + Row.nodeKind(node));
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    node.properties().forEach(field -> values.put(field.getKey(), field.getValue()));
    return new Row(file, number, line, values);
  }

  private static long line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }
}
