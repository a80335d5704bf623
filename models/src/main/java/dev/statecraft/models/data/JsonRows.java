package dev.statecraft.models.data;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.models.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reads the two JSON forms of a dataset. */
final class JsonRows {
  private static final String ROWS_KEY = "data";

  private static final ObjectReader JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build().reader();

  private static final ObjectReader WHOLE_LINE =
      JSON.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonRows() {}

  /**
   * Reads an array of objects, or an object whose {@code data} is such an array.
   *
   * @return how many objects there are
   */
  static int readDocument(Path file, Reader reader, Consumer<Row> action) throws IOException {
    try (JsonParser parser = JSON.createParser(reader)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new InvalidInputException(file + ": the file is empty");
      }
      int rows =
          switch (first) {
            case START_ARRAY -> readArray(file, parser, action);
            case START_OBJECT -> readRowsKey(file, parser, action);
            default ->
                throw new InvalidInputException(
                    file
                        + ": expected an array of objects or an object with a 'data' array, found "
                        + first);
          };
      if (parser.nextToken() != null) {
        throw new InvalidInputException(
            file + " line " + line(parser) + ": expected the end of the file, found more JSON");
      }
      return rows;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw invalidJson(file, at == null ? 1 : at.getLineNr(), e);
    }
  }

  private static int readRowsKey(Path file, JsonParser parser, Consumer<Row> action)
      throws IOException {
    int rows = -1;
    Set<String> keys = new TreeSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      keys.add(key);
      JsonToken value = parser.nextToken();
      if (!key.equals(ROWS_KEY)) {
        parser.skipChildren();
      } else if (value == JsonToken.START_ARRAY) {
        rows = readArray(file, parser, action);
      } else {
        throw new InvalidInputException(
            file + " line " + line(parser) + ": 'data' should be an array of objects");
      }
    }
    if (rows < 0) {
      throw new InvalidInputException(
          file
              + ": expected an array of objects or an object with a 'data' array, found an object"
              + " with the keys "
              + keys
              + "; if it holds one object a line, its format is jsonl");
    }
    return rows;
  }

  private static int readArray(Path file, JsonParser parser, Consumer<Row> action)
      throws IOException {
    int rows = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      long line = line(parser);
      JsonNode node = JSON.readTree(parser);
      rows++;
      action.accept(row(file, rows, line, node));
    }
    return rows;
  }

  /**
   * Reads one object a line; blank lines are skipped.
   *
   * @return how many objects there are
   */
  static int readLines(Path file, BufferedReader reader, Consumer<Row> action) throws IOException {
    int rows = 0;
    long line = 0;
    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
      line++;
      if (text.isBlank()) {
        continue;
      }
      JsonNode node;
      try {
        node = WHOLE_LINE.readTree(text);
      } catch (JsonProcessingException e) {
        throw invalidJson(file, line, e);
      }
      rows++;
      action.accept(row(file, rows, line, node));
    }
    if (line == 0) {
      throw new InvalidInputException(file + ": the file is empty");
    }
    return rows;
  }

  private static Row row(Path file, int number, long line, JsonNode node) {
    if (!node.isObject()) {
      throw new InvalidInputException(
          file + " line " + line + ": expected an object, found " + Row.nodeKind(node));
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    node.properties().forEach(field -> values.put(field.getKey(), field.getValue()));
    return new Row(file, number, line, values);
  }

  private static long line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }

  private static InvalidInputException invalidJson(
      Path file, long line, JsonProcessingException cause) {
    return new InvalidInputException(
        file + " line " + line + ": invalid JSON: " + cause.getOriginalMessage(), cause);
  }
}
